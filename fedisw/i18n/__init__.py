"""Words for people in their language: pages, mail and commands.

Message ids are English sentences. `later` marks a text that is translated where it is shown. New texts enter
`locale/es/messages.po` with `make messages`; a test refuses a text without its Spanish form.
"""

from fedisw.i18n.translator import LANGUAGES, Translator, later, preferred, translator

__all__ = ["LANGUAGES", "Translator", "later", "preferred", "translator"]
