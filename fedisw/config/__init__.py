"""Settings of a server: one TOML file, the environment, a file of secrets (contract, section 3).

`load` gives one frozen `Settings` or raises `WrongSettings` with every problem found. Nothing here is global.
"""

from fedisw.config.files import (
    change_secrets,
    find_file,
    make_secrets,
    new_secret,
    read_master_keys,
    read_secrets,
    write_settings,
)
from fedisw.config.load import load, secrets_path
from fedisw.config.problems import WrongSettings
from fedisw.config.secret import Secret, Secrets
from fedisw.config.settings import (
    Address,
    Bytes,
    Federation,
    FederationMode,
    LdSignatures,
    LogFormat,
    RegistrationMode,
    Role,
    Settings,
    SignedFetch,
)

__all__ = [
    "Address",
    "Bytes",
    "Federation",
    "FederationMode",
    "LdSignatures",
    "LogFormat",
    "RegistrationMode",
    "Role",
    "Secret",
    "Secrets",
    "Settings",
    "SignedFetch",
    "WrongSettings",
    "change_secrets",
    "find_file",
    "load",
    "make_secrets",
    "new_secret",
    "read_master_keys",
    "read_secrets",
    "secrets_path",
    "write_settings",
]
