"""Plans of plug.query/1 in the language of pushdown, as SQL."""


def columns(plan):
    if plan["op"] == "join":
        return columns(plan["left"]) + columns(plan["right"])
    return plan["columns"] if "columns" in plan else columns(plan["input"])


def sql_of(e):
    if "column" in e:
        return e["column"]
    if "value" in e:
        value = e["value"]
        if isinstance(value, str):
            return "'" + value.replace("'", "''") + "'"
        return {None: "NULL", True: "1", False: "0"}.get(value) if value is None or isinstance(value, bool) else f"({value})"
    parts = [sql_of(a) for a in e["arguments"]]
    if "function" in e:
        return f'"{e["function"]}"({", ".join(parts)})'
    if e["op"] == "not":
        return f"(NOT {parts[0]})"
    if len(parts) == 1:  # of one argument they still make a truth
        parts.append("1" if e["op"] == "and" else "0")
    return "(" + f" {e['op'].upper()} ".join(parts) + ")"


def sql(plan):
    if plan["op"] == "scan":
        return f"SELECT {', '.join(plan['columns'])} FROM {plan['table']}"
    if plan["op"] == "join":
        return f"SELECT * FROM ({sql(plan['left'])}) JOIN ({sql(plan['right'])}) ON {sql_of(plan['on'])}"
    inner = f"({sql(plan['input'])})"
    if plan["op"] == "filter":
        return f"SELECT * FROM {inner} WHERE {sql_of(plan['where'])}"
    if plan["op"] == "project":
        return f"SELECT {', '.join(plan['columns'])} FROM {inner}"
    # Without an order a limit may take any rows, so it gets one.
    order = ", ".join(str(n + 1) for n in range(len(columns(plan))))
    return f"SELECT * FROM {inner} ORDER BY {order} LIMIT {plan['rows']}"
