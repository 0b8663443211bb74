"""Everything that touches the database; the only package that imports SQLAlchemy, aiosqlite and psycopg."""
