"""The page: what people see in a browser. It asks the REST API as every other program does, within the process."""
