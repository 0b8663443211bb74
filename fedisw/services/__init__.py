"""What people can do: the rules, in the transaction they are given."""
