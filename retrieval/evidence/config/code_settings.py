"""A syntax tree, walked for what it sets. The node types are those of the grammars of TypeScript, Python and Go."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator, Set

from tree_sitter import Node

from retrieval.evidence.config.setting import Setting
from retrieval.evidence.model import ConfigValue

MAX_DEPTH = 100
"""Of nested nodes. People don't nest deeper; Python's own stack would end at about 1,000."""
MAX_SOURCE_CHARACTERS = 200

Path = tuple[str, ...]

_CALLS = {"call_expression", "new_expression", "call"}
_KEYED = {"pair", "keyword_argument", "keyed_element"}
_LISTS = {"array", "list", "tuple", "expression_list"}
_OBJECTS = {"object", "dictionary", "literal_value"}
_STRUCTURED = _KEYED | _OBJECTS | {"composite_literal"}
_FUNCTIONS = {"arrow_function", "function_expression", "func_literal", "lambda"}
_NAMED_FUNCTIONS = {"function_definition", "function_declaration", "method_definition", "method_declaration"}
_IMPORTS = {"import_statement", "import_from_statement", "import_spec"}
_ELEMENTS = {"jsx_opening_element", "jsx_self_closing_element"}
_ASSIGNMENTS = {"variable_declarator", "assignment_expression", "assignment", "short_var_declaration", "var_spec"}
_ASSIGNMENTS |= {"const_spec", "assignment_statement", "public_field_definition", "augmented_assignment"}
_WRAPPERS = {"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"}
_WRAPPERS |= {"literal_element", "jsx_expression", "await_expression", "await", "type_assertion_expression"}
_STRINGS = {"string", "template_string", "interpreted_string_literal", "raw_string_literal", "concatenated_string"}
_NUMBERS = {"number", "integer", "float", "int_literal", "float_literal"}
_CONSTANTS: dict[str, ConfigValue] = {"true": True, "false": False}
_CONSTANTS |= dict.fromkeys(("null", "none", "nil", "undefined"), None)
_WRAPPER_NAME = "_"
"""What `code` puts around a snippet that is the inside of a call or of a struct."""
_POINTER_TO = re.compile(r"[\w.]*(?i:ptr|pointer)[\w.]*")
"""A function that makes a pointer to a literal, as Go code needs it for optional fields."""


class CodeSettings:
    """Collects settings from a tree.

    A key is named by the calls and keys around it ("init.appInfo.apiDomain"). A call that is an argument of another
    one is named with it ("app.use(cors).origin"); elsewhere it starts a path of its own, as `Session.init` does in a
    list. The value of a call is its arguments, but for objects, whose keys are settings of their own; that of a
    function is its source. `import` names each imported module, `<Name>` each JSX element, `return` what a function
    returns, and `directive` a string that stands alone, as "use client" does.
    """

    def __init__(self) -> None:
        self._settings: list[Setting] = []
        self._visitors: tuple[tuple[Set[str], Callable[[Node, Path, int], None]], ...] = (
            (_CALLS, self._visit_call),
            (_KEYED, self._visit_keyed),
            (_NAMED_FUNCTIONS, self._visit_named_function),
            (_ASSIGNMENTS, self._visit_assignment),
            (_IMPORTS, self._visit_import),
            (_ELEMENTS, self._visit_element),
            ({"return_statement"}, self._visit_return),
            ({"shorthand_property_identifier"}, self._visit_shorthand),
            ({"labeled_statement"}, self._visit_label),
            ({"expression_statement"}, self._visit_statement),
        )

    def settings(self) -> list[Setting]:
        """What was found, in the order of its rows, with names of constants replaced by their values."""
        constants = _constants(self._settings)
        return sorted(
            (_with_constant(setting, constants) for setting in self._settings), key=lambda setting: setting.row
        )

    def visit(self, node: Node, path: Path, depth: int = 0) -> None:
        """Collect from a node whose keys are below `path`."""
        if depth > MAX_DEPTH:
            return
        visitor = next((visitor for types, visitor in self._visitors if node.type in types), self._visit_children)
        visitor(node, path, depth + 1)

    def _visit_children(self, node: Node, path: Path, depth: int) -> None:
        for child in node.named_children:
            self.visit(child, path, depth)

    def _visit_named_function(self, node: Node, path: Path, depth: int) -> None:
        path = (*path, _field_source(node, "name"))
        self._set(path, _value(node), node, literal=False)
        self._visit_children(node, path, depth)

    def _visit_return(self, node: Node, path: Path, depth: int) -> None:
        for value in node.named_children:
            self._visit_value(value, (*path, "return"), depth)

    def _visit_shorthand(self, node: Node, path: Path, _: int) -> None:
        self._set((*path, _source(node)), _source(node), node, literal=False)

    def _visit_call(self, node: Node, _: Path, depth: int, outer: str = "") -> None:
        function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        arguments = node.child_by_field_name("arguments")
        if function is None or arguments is None:
            self._visit_children(node, (), depth)
            return
        callee = _callee(function)
        positional = [argument for argument in map(_unwrapped, arguments.named_children) if argument.type != "comment"]
        first = next((argument for argument in positional if argument.type in {"identifier", *_CALLS}), None)
        name = f"{callee}({_callee(_called(first))})" if first and callee else callee
        path = (f"{outer}({name})" if outer else name,) if callee != _WRAPPER_NAME else ()
        if callee in {"require", "import"} and positional and positional[0].type in _STRINGS:
            self._settings.append(Setting("import", _text(positional[0]), node.start_point.row))
        elif path:
            values = [argument for argument in positional if argument.type not in _STRUCTURED]
            self._set(path, tuple(map(_element, values)), node, literal=all(map(_is_literal, values)))
        self.visit(function, (), depth)
        for argument in positional:
            if argument.type in _CALLS and depth < MAX_DEPTH:
                self._visit_call(argument, (), depth + 1, outer=callee)
            elif argument.type in _KEYED:
                self.visit(argument, path, depth)
            elif not _is_literal(argument):
                self._visit_value(argument, path, depth, is_set=False)

    def _visit_keyed(self, node: Node, path: Path, depth: int) -> None:
        key, value = (node.child_by_field_name(field) for field in ("key", "value"))
        key = key or node.child_by_field_name("name")
        if key is not None and value is not None:
            self._visit_value(value, (*path, _key(key)), depth)

    def _visit_label(self, node: Node, path: Path, depth: int) -> None:
        """One line of an object, pasted alone, is a label to the grammar: `apiDomain: "https://..."`."""
        label, body = node.child_by_field_name("label"), node.child_by_field_name("body")
        if label is not None and body is not None and body.type == "expression_statement" and body.named_children:
            self._visit_value(body.named_children[0], (*path, _source(label)), depth)
        else:
            self._visit_children(node, path, depth)

    def _visit_assignment(self, node: Node, _: Path, depth: int) -> None:
        name = node.child_by_field_name("name") or node.child_by_field_name("left")
        value = node.child_by_field_name("value") or node.child_by_field_name("right")
        if name is None or value is None:
            return
        # `name = "value",`: a keyword argument, pasted alone. Go: a list of one on either side.
        if value.type == "expression_list" and len(value.named_children) == 1:
            value = value.named_children[0]
        if "pattern" in name.type:  # destructuring sets no value of its own
            self.visit(value, (), depth)
        else:
            self._visit_value(value, (_source(name),) if _source(name) != _WRAPPER_NAME else (), depth)

    def _visit_statement(self, node: Node, path: Path, depth: int) -> None:
        if node.named_children and node.named_children[0].type == "string":
            self._set(("directive",), _text(node.named_children[0]), node)
        else:
            self._visit_children(node, path, depth)

    def _visit_import(self, node: Node, _: Path, __: int) -> None:
        module = node.child_by_field_name("source") or node.child_by_field_name("path")
        module = module or node.child_by_field_name("module_name") or node.child_by_field_name("name")
        if module is None:
            return
        if module.type == "aliased_import":
            module = module.child_by_field_name("name") or module
        self._settings.append(Setting("import", _text(module), node.start_point.row))

    def _visit_element(self, node: Node, _: Path, depth: int) -> None:
        path = (f"<{_field_source(node, 'name')}>",)
        self._set(path, True, node)
        for attribute in node.named_children:
            if attribute.type == "jsx_attribute" and attribute.named_children:
                key, *value = attribute.named_children
                if value:
                    self._visit_value(value[0], (*path, _source(key)), depth)
                else:
                    self._set((*path, _source(key)), True, attribute)

    def _visit_value(self, node: Node, path: Path, depth: int, *, is_set: bool = True) -> None:
        """Collect a value and what is in it; without `is_set` only the latter."""
        if depth > MAX_DEPTH:
            return
        node = _unwrapped(node)
        elements = _elements(node)
        if elements is not None:
            self._visit_list(node, elements, path, depth, is_set=is_set)
        elif node.type in _OBJECTS or node.type == "composite_literal":
            self._visit_children(node, path, depth)
        elif node.type in _FUNCTIONS:
            self._visit_function(node, path, depth, is_set=is_set)
        elif is_set:
            self._set(path, _value(node), node, literal=_is_literal(node))
            if not _is_literal(node):
                self.visit(node, (), depth)
        else:
            self.visit(node, path, depth)

    def _visit_list(self, node: Node, elements: list[Node], path: Path, depth: int, *, is_set: bool) -> None:
        if is_set:
            values = tuple(_element(element) for element in elements)
            self._set(path, values, node, literal=all(map(_is_literal, elements)))
        for element in elements:
            if not _is_literal(element):
                self._visit_value(element, path, depth + 1, is_set=False)

    def _visit_function(self, node: Node, path: Path, depth: int, *, is_set: bool) -> None:
        if is_set:
            self._set(path, _value(node), node, literal=False)
        body = node.child_by_field_name("body")
        if body is None:
            return
        if body.type in {"statement_block", "block"}:
            self._visit_children(body, path, depth)
        else:
            result = _unwrapped(body)
            self._visit_value(body, path if result.type in _OBJECTS else (*path, "return"), depth + 1)

    def _set(self, path: Path, value: ConfigValue, node: Node, *, literal: bool = True) -> None:
        if path:
            self._settings.append(Setting(".".join(path), value, node.start_point.row, literal))


def _constants(settings: list[Setting]) -> dict[str, ConfigValue]:
    """Names that are set once, to a literal."""
    times = Counter(setting.path for setting in settings)
    return {setting.path: setting.value for setting in settings if setting.literal and times[setting.path] == 1}


def _with_constant(setting: Setting, constants: dict[str, ConfigValue]) -> Setting:
    if setting.literal or not isinstance(setting.value, str):
        return setting
    name = setting.value.removeprefix("&")
    if name == setting.path or name not in constants:
        return setting
    return setting._replace(value=constants[name], literal=True)


def _unwrapped(node: Node) -> Node:
    """The expression inside parentheses and type assertions."""
    while node.type in _WRAPPERS and node.named_children:
        node = node.named_children[0]
    if node.type == "unary_expression" and _source(node).startswith("&"):  # Go's pointer to a literal
        operand = node.child_by_field_name("operand")
        return operand if operand is not None and operand.type == "composite_literal" else node
    if node.type == "call_expression" and _POINTER_TO.fullmatch(_callee(_called(node))):
        arguments = node.child_by_field_name("arguments")
        if arguments is not None and len(arguments.named_children) == 1:
            return arguments.named_children[0]
    return node


def _elements(node: Node) -> list[Node] | None:
    """The elements of a list; None if the node is none."""
    if node.type == "composite_literal":
        kind, body = node.child_by_field_name("type"), node.child_by_field_name("body")
        if kind is None or body is None or "slice" not in kind.type:
            return None
        node = body
    elif node.type not in _LISTS:
        return None
    return [_unwrapped(child) for child in node.named_children if child.type != "comment"]


def _called(node: Node) -> Node:
    """The function of a call; any other node as it is."""
    if node.type in _CALLS:
        return node.child_by_field_name("function") or node.child_by_field_name("constructor") or node
    return node


def _callee(node: Node) -> str:
    """The name of what is called: "Session.init", of a chain only its last link."""
    return re.sub(r"\s+", "", _source(node)).rsplit(").", 1)[-1].rsplit("}.", 1)[-1]


def _element(node: Node) -> ConfigValue:
    """An element of a list, or an argument: a literal's value, or else its source; of a call what is called."""
    return _value(_called(node) if node.type in _CALLS else node)


def _is_literal(node: Node) -> bool:
    if node.type in {"template_string", "string"}:
        return not any(child.type in {"template_substitution", "interpolation"} for child in node.named_children)
    return node.type in _STRINGS | _NUMBERS | _CONSTANTS.keys() or _is_negative_number(node)


def _is_negative_number(node: Node) -> bool:
    return node.type in {"unary_expression", "unary_operator"} and bool(re.fullmatch(r"-[\d.]+", _source(node)))


def _value(node: Node) -> ConfigValue:
    """The value of a literal; of anything else its source."""
    if not _is_literal(node):
        return re.sub(r"\s+", " ", _source(node))[:MAX_SOURCE_CHARACTERS]
    if node.type in _STRINGS:
        return _text(node)
    if node.type in _CONSTANTS:
        return _CONSTANTS[node.type]
    try:
        number = ast.literal_eval(_source(node))
    except (ValueError, SyntaxError):
        return _source(node)
    return number if isinstance(number, int | float) else _source(node)


def _text(node: Node) -> str:
    """What stands between the quotes; of a name the name."""
    return "".join(_string_parts(node)) if node.type in _STRINGS else _source(node)


def _string_parts(node: Node) -> Iterator[str]:
    if node.type == "concatenated_string":
        for child in node.named_children:
            yield from _string_parts(child)
    elif node.type in {"raw_string_literal", "template_string"}:
        yield _source(node)[1:-1]
    else:
        for child in node.named_children:
            if child.type not in {"string_start", "string_end"}:
                yield _source(child)


def _key(node: Node) -> str:
    inner = _unwrapped(node)
    return _text(inner) if inner.type in _STRINGS else _source(inner)


def _field_source(node: Node, field: str) -> str:
    child = node.child_by_field_name(field)
    return _source(child) if child is not None else ""


def _source(node: Node) -> str:
    return node.text.decode(errors="replace") if node.text else ""
