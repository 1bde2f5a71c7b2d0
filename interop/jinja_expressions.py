"""Templates of one line that try what chat templates use, by the kind of value, and some of several lines for their white space."""

import re

STRINGS = """
{{ 'a</think>b</think>c'.split('</think>')[-1] }}
{{ ('a</think>\\n\\nb'.split('</think>')|last).lstrip('\\n') }}
{{ 'a b c d'.split(' ', 1) }}
{{ 'a b c d'.split(' ', 1)[1] }}
{{ 'a b c d'.split(maxsplit=2) }}
{{ 'a b c d'.split(sep=' ', maxsplit=1) }}
{{ '  a  b '.split() }}
{{ '  a  b '.split(' ') }}
{{ 'a,b,c'.rsplit(',', 1) }}
{{ 'a,b,c'.rsplit(',', maxsplit=1)[0] }}
{{ 'abc'.split('') }}
{{ 'abc'.split(none, 1) }}
{{ ' a b  c '.split(none, 1) }}
{{ ' a b  c '.rsplit(none, 1) }}
{{ '\\n\\nhi\\n'.strip() }}|
{{ '\\n\\nhi\\n'.strip('\\n') }}|
{{ '  hi  '.rstrip() }}|
{{ '  hi  '.lstrip() }}|
{{ 'xxhixx'.strip('x') }}
{{ 'abcba'.strip('ab') }}
{{ 'abc'.lstrip('ba') }}
{{ 'abc'.rstrip('cb') }}
{{ 'hi'.rstrip('') }}
{{ ' hi '.strip(none) }}|
{{ 'hello'.replace('l', 'L') }}
{{ 'hello'.replace('l', 'L', 1) }}
{{ 'hello'.replace('', '-') }}
{{ 'hello'.replace('l', '') }}
{{ 'hello'.startswith('he') }}
{{ 'hello'.startswith(('x', 'he')) }}
{{ 'hello'.startswith('l', 2) }}
{{ 'hello'.endswith('lo') }}
{{ 'hello'.endswith(('a', 'lo')) }}
{{ 'hello'.endswith('l', 0, 4) }}
{{ 'hello'.find('l') }}
{{ 'hello'.find('z') }}
{{ 'hello'.rfind('l') }}
{{ 'héllo'.find('l') }}
{{ 'hello'.index('l') }}
{{ 'hello'.index('z') }}
{{ 'hello'.count('l') }}
{{ 'aaa'.count('aa') }}
{{ 'aaa'.count('') }}
{{ 'hello world'.title() }}
{{ "it's a dog".title() }}
{{ 'hello WORLD'.capitalize() }}
{{ 'éa'.capitalize() }}
{{ 'ß'.upper() }}
{{ 'İ'.lower() | length }}
{{ 'Straße'.casefold() }}
{{ 'aB'.swapcase() }}
{{ 'HELLO'.lower() }}
{{ 'hello'.upper() }}
{{ 'Hello'.islower() }}{{ 'HELLO'.isupper() }}
{{ '12'.isdigit() }}{{ 'a1'.isdigit() }}{{ ''.isdigit() }}
{{ '²'.isdigit() }}{{ '²'.isdecimal() }}{{ '½'.isnumeric() }}
{{ 'ab'.isalpha() }}{{ 'ab1'.isalnum() }}{{ ' '.isspace() }}
{{ 'é'.isascii() }}{{ 'a'.isascii() }}
{{ 'a_b'.isidentifier() }}
{{ 'Hello World'.istitle() }}
{{ ', '.join(['a', 'b']) }}
{{ ''.join([]) }}
{{ ', '.join([1, 2]) }}
{{ '-'.join('abc') }}
{{ 'a=b=c'.partition('=') }}
{{ 'a=b=c'.rpartition('=') }}
{{ 'abc'.partition('x') }}
{{ 'abc'.rpartition('x') }}
{{ 'a\\nb\\r\\nc'.splitlines() }}
{{ 'a\\nb'.splitlines(true) }}
{{ 'a'.center(5) }}|{{ 'a'.ljust(3) }}|{{ 'a'.rjust(3, '.') }}
{{ '7'.zfill(3) }}{{ '-7'.zfill(4) }}
{{ 'prefix-x'.removeprefix('prefix-') }}{{ 'x.py'.removesuffix('.py') }}
{{ 'a{}b{}'.format(1, 'x') }}
{{ '{0}-{1}-{0}'.format('a', 'b') }}
{{ '{name}'.format(name='x') }}
{{ '{:>5}|{:05.2f}|{:x}'.format('a', 3.14159, 255) }}
{{ '{:,}'.format(1234567) }}
{{ 'a\\tb'.expandtabs(4) }}
{{ 'abc'.encode() }}
{{ 'héllo'[1] }}
{{ 'héllo'[-1] }}
{{ 'héllo'[1:3] }}
{{ 'hello'[::-1] }}
{{ 'hello'[:-1] }}
{{ 'hello'[-3:] }}
{{ 'hello'[::2] }}
{{ 'hello'[10:] }}|
{{ 'hello'[10] }}|
{{ 'a' 'b' }}
{{ 'a' ~ 1 ~ none ~ true ~ 1.0 }}
{{ 'a' + 'b' }}
{{ 'a' + 1 }}
{{ 'ab' * 3 }}
{{ '=' * 10 }}
{{ 3 * 'ab' }}
{{ 'b' in 'abc' }}{{ 'z' not in 'abc' }}
{{ 1 in 'abc' }}
{{ '%s is %d' % ('x', 3) }}
{{ '%s' % 'x' }}
{{ '%05.1f|%-4s|%4s|%x' % (3.14159, 'a', 'b', 255) }}
{{ '%(a)s' % {'a': 1} }}
{{ '100%%' % () }}
{{ '%s' % none }}
{{ '%r' % 'x' }}
{{ '%s %s' % ('a',) }}
{{ '%d' % 'a' }}
{{ '%c' % 65 }}
{{ 'a' if 'x' else 'b' }}
{{ 'tab\\there' }}{{ 'quote\\'s' }}{{ "dq\\"s" }}{{ 'back\\\\slash' }}
{{ '\\u00e9\\x41\\101' }}
{{ '\\q' }}
{{ '<b>&"' | e }}
{{ '<b>' }}
{{ 'hello'.__len__() }}
{{ 'hello'.nope }}|
{{ 'hello'.nope() }}
{{ 'hello'.strip }}
{{ '日本語'[0] }}{{ '日本語' | length }}{{ '😀x'[1] }}
{{ 'a\u00a0'.strip() }}|
{{ '\u3000a\u200b'.strip() | length }}
{{ 'a\\x1cb'.split() }}
{{ 'abc'.translate({97: 'x'}) }}
{{ 'abc' > 'abd' }}{{ 'a' < 'b' }}{{ 'Z' < 'a' }}
{{ 'abc'|list }}
{{ 'abc'|reverse }}
{{ 'abc'|first }}{{ 'abc'|last }}
{{ 'hello world foo'|truncate(9) }}
{{ 'hello world foo'|truncate(9, true, '') }}
{{ 'hello world foo bar'|wordwrap(7) }}
{{ 'a b c'|wordcount }}
{{ 'hi'|center(6) }}|
{{ 'a\\nb\\n\\nc'|indent }}
{{ 'a\\nb\\n\\nc'|indent(2, true) }}
{{ 'a\\nb\\n\\nc'|indent(width=2, first=True, blank=True) }}
{{ 'a\\nb'|indent('> ') }}
{{ 'hello world-foo'|title }}
{{ "it's (abc)"|title }}
{{ 'hELLO'|capitalize }}{{ 'a'|upper }}{{ 'A'|lower }}
{{ '  a '|trim }}|{{ 'xax'|trim('x') }}
{{ 'aXbX'|replace('X', '-') }}{{ 'aXbX'|replace('X', '-', 1) }}
{{ '%s-%s'|format('a', 'b') }}
{{ '<p>a <b>b</b></p>'|striptags }}
{{ 'a b&c/d'|urlencode }}
{{ 5|string + 'x' }}
{{ '12'|int + 1 }}{{ 'x'|int }}{{ 'x'|int(7) }}{{ '0x1f'|int(0, 16) }}{{ '3.7'|int }}{{ 3.9|int }}
{{ '3.5'|float }}{{ 'x'|float }}{{ 'x'|float(1.5) }}{{ 3|float }}
"""

NUMBERS = """
{{ (10**20)|round(-1) }} {{ 25|round(-1) }} {{ 35|round(-1) }} {{ -25|round(-1) }} {{ (-15)|round(-1) }} {{ 14.9|round(-1) }} {{ (-4.9)|round(-1) }} {{ 1e20|round(-19) }}
{{ 25|round(-1, 'ceil') }} {{ 21.5|round(-1, 'floor') }} {{ 3|round(2, 'ceil') }} {{ 2.345|round(2, 'floor') }} {{ (10**20)|round(1, 'floor') }} {{ (-0.0)|round(2, 'floor') }} {{ -1.5|round(0, 'ceil') }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 // -2 }} {{ 7.5 // 2 }}
{{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 % 2 }}
{{ 7 / 2 }} {{ 6 / 2 }} {{ 1 / 3 }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ 2 ** 10 }} {{ 2 ** -1 }} {{ 2 ** 0.5 }} {{ -2 ** 2 }}
{{ 2 ** 3 ** 2 }}
{{ 2 ** 64 }}
{{ 9223372036854775807 + 1 }}
{{ 1 + 2 * 3 - 4 }} {{ (1 + 2) * 3 }}
{{ 1.0 }} {{ 1e3 }} {{ 1.5e-7 }} {{ 1e16 }} {{ 1e22 }} {{ 0.1 + 0.2 }} {{ 123456789.0 }}
{{ 1_000 }} {{ 0x1F }} {{ 0b11 }} {{ 0o17 }}
{{ true + 1 }} {{ true * 3 }} {{ -true }}
{{ 1 == 1.0 }} {{ true == 1 }} {{ 1 == '1' }} {{ none == 0 }} {{ none == false }}
{{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 1 == 1 == 1 }}
{{ 1 < 'a' }}
{{ none < 1 }}
{{ [1, 2] < [1, 3] }} {{ (1, 'a') < (1, 'b') }}
{{ [1] < ['a'] }}
{{ 1 in [1.0] }} {{ true in [1] }} {{ '1' in [1] }}
{{ not 1 }} {{ not '' }} {{ not [] }} {{ not 0.0 }} {{ not {} }} {{ not none }}
{{ 1 and 2 }} {{ 0 and 2 }} {{ 0 or 'x' }} {{ '' or none or [] }} {{ 1 or nope() }}
{{ not 1 == 2 }} {{ not true and false }} {{ 1 in [1] and not 2 in [1] }}
{{ 3.7|round }} {{ 3.14159|round(2) }} {{ 3.5|round }} {{ 2.5|round }} {{ 3.2|round(0, 'ceil') }} {{ 1234|round(-2) }}
{{ 3|abs }} {{ -3|abs }} {{ (-3)|abs }} {{ -3.5|abs }}
{{ -1 }} {{ +1 }} {{ - 1 }} {{ 1 - -1 }} {{ 1--1 }}
{{ 5 is odd }}{{ 5 is even }}{{ 6 is divisibleby 3 }}{{ 6 is divisibleby(4) }}
{{ 1 is number }}{{ 1 is integer }}{{ 1.0 is integer }}{{ 1.0 is float }}{{ true is integer }}{{ true is number }}{{ true is boolean }}
{{ 1.0 is number }}{{ '1' is number }}{{ none is number }}
{{ [1, 2, 3]|sum }}{{ [1.5, 2]|sum }}{{ [[1], [2]]|sum(start=[]) }}{{ [{'a': 1}, {'a': 2}]|sum('a') }}{{ [{'a': 1}]|sum(attribute='a', start=10) }}
{{ [3, 1, 2]|max }}{{ [3, 1, 2]|min }}{{ ['b', 'A']|max }}{{ ['b', 'A']|min }}{{ []|max }}|
{{ 1.23e5|int }} {{ 1e400 }} {{ -1e400 }}
{{ 10|filesizeformat }} {{ 123456|filesizeformat }}
{{ 1 if true }} {{ 1 if false }}|{{ (1 if false) is undefined }}
{{ (1 if false) or 'x' }}
{{ 'a' if false else 'b' if false else 'c' }}
{{ 1 if messages else 2 }}
{{ 1.real }}
{{ 5.0|string }} {{ 1.10|string }} {{ 100000000000000000.0 }} {{ 0.00001 }} {{ 0.0001 }} {{ -0.0 }}
"""

LISTS = """
{{ [1, 2, 3] }} {{ ['a', "b'c", 'd"e', 'f\\ng'] }} {{ [none, true, 1.0] }}
{{ (1, 2) }} {{ (1,) }} {{ () }} {{ [] }} {{ {} }}
{{ [[1, 2], (3, 'x'), {'a': none}] }}
{{ ['é', '日', '\\x00', '\\x7f', '\u200b', '\\\\'] }}
{{ [1, 2, 3][0] }}{{ [1, 2, 3][-1] }}{{ [1, 2, 3][5] }}|
{{ [1, 2, 3].0 }}{{ ([1, 2], 3)[0][1] }}
{{ [1, 2, 3, 4][1:3] }} {{ [1, 2, 3, 4][::-1] }} {{ [1, 2, 3, 4][-2:] }} {{ [1, 2, 3, 4][:-1] }} {{ [1, 2, 3, 4][3:0:-2] }} {{ [1,2][5:] }}
{{ (1, 2, 3)[1:] }} {{ [1, 2][::0] }}
{{ [1] + [2, 3] }} {{ (1,) + (2,) }} {{ [1] * 3 }}
{{ [1] + (2,) }}
{{ [1, 2] == [1, 2] }} {{ [1, 2] == (1, 2) }} {{ [] == [] }} {{ [1] != [2] }}
{{ 1 in [1, 2] }} {{ 3 not in [1, 2] }} {{ [1] in [[1], 2] }}
{{ [1, 2, 2].count(2) }} {{ [1, 2].index(2) }}
{{ [1, 2].index(5) }}
{{ [1].append(2) }}
{{ [1, 2].pop() }}
{{ [2, 1].sort() }}
{{ [1, 2].copy() }}
{% set x = [1] %}{% set _ = x.append(2) %}{{ x }}
{{ [1, 2].insert(0, 1) }}{{ [1].extend([2]) }}
{{ [3, 1, 2]|sort }} {{ [3, 1, 2]|sort(reverse=true) }} {{ ['b', 'A', 'c']|sort }} {{ ['b', 'A', 'c']|sort(case_sensitive=true) }}
{{ [{'n': 2}, {'n': 1}]|sort(attribute='n') }} {{ [{'a': {'b': 2}}, {'a': {'b': 1}}]|sort(attribute='a.b')|map(attribute='a.b')|list }}
{{ [1, 'a']|sort }}
{{ [1, 2, 1, 3]|unique|list }} {{ ['a', 'A']|unique|list }} {{ ['a', 'A']|unique(true)|list }}
{{ [1, 2, 3]|reverse|list }} {{ [1, 2]|reverse|first }}
{{ ['a', 'b']|join }} {{ ['a', 'b']|join(', ') }} {{ [1, none]|join('-') }} {{ [{'a': 1}, {'a': 2}]|join(',', attribute='a') }}
{{ [1, 2, 3]|length }} {{ [1, 2, 3]|count }} {{ 'abc'|count }} {{ {'a': 1}|length }} {{ 5|length }}
{{ []|first }}| {{ []|last }}| {{ [1, 2]|first }} {{ [1, 2]|last }}
{{ ['a', 'b']|map('upper')|list }} {{ ['a', 'b']|map('upper')|join }} {{ [{'a': 1}, {}]|map(attribute='a')|list }}
{{ [{'a': 1}, {}]|map(attribute='a', default=0)|list }}
{{ ['a', 'b']|map('replace', 'a', 'x')|list }} {{ [1, 2]|map('string')|join('+') }}
{{ [0, 1, 2, none, '']|select|list }} {{ [1, 2, 3]|select('odd')|list }} {{ [1, 2, 3]|reject('odd')|list }} {{ [1, 5, 3]|select('gt', 2)|list }}
{{ [1, 'a', none]|select('string')|list }} {{ [1, 2, 3]|select('in', [1, 3])|list }}
{{ [{'r': 'a', 'n': 1}, {'r': 'b', 'n': 2}]|selectattr('r', 'equalto', 'a')|list }}
{{ [{'r': 'a', 'n': 1}, {'r': 'b', 'n': 2}]|selectattr('r', '==', 'b')|map(attribute='n')|first }}
{{ [{'r': 'a'}, {}]|selectattr('r')|list }} {{ [{'r': 'a'}, {}]|selectattr('r', 'defined')|list }} {{ [{'r': 'a'}, {}]|rejectattr('r')|list }} {{ [{'r': 'a'}, {'r': 'b'}]|rejectattr('r', 'eq', 'a')|list }}
{{ [{'r': 'a', 'n': 1}, {'r': 'b', 'n': 2}, {'r': 'a', 'n': 3}]|groupby('r') }}
{% for k, v in [{'r': 'b', 'n': 1}, {'r': 'a', 'n': 2}]|groupby('r') %}{{ k }}:{{ v|length }};{% endfor %}
{% for g in [{'r': 'b', 'n': 1}, {'r': 'a', 'n': 2}]|groupby('r') %}{{ g.grouper }}:{{ g.list|length }};{% endfor %}
{{ [1, 2, 3, 4, 5]|batch(2)|list }} {{ [1, 2, 3]|batch(2, 0)|list }} {{ [1, 2, 3, 4, 5]|slice(2)|list }}
{{ range(5)|list }} {{ range(1, 10, 3)|list }} {{ range(3, 0, -1)|list }} {{ range(3) }} {{ range(3)|length }} {{ range(5)[2] }} {{ 2 in range(5) }}
{{ range(3)|map('string')|list }}
{{ [1, 2]|tojson }} {{ (1, 2)|tojson }} {{ []|tojson }} {{ [1, 2]|tojson(indent=2) }}
{{ ['a', 'b']|list }} {{ 'ab'|list }} {{ {'a': 1, 'b': 2}|list }} {{ 5|list }}
{{ [1, 2] is sequence }}{{ 'a' is sequence }}{{ {} is sequence }}{{ 5 is sequence }}{{ none is sequence }}{{ (1,) is sequence }}
{{ [1] is iterable }}{{ 'a' is iterable }}{{ {} is iterable }}{{ 5 is iterable }}{{ nope is iterable }}{{ none is iterable }}
{{ [1] is mapping }}{{ {} is mapping }}{{ 'a' is mapping }}{{ none is mapping }}
{{ [1] is string }}{{ 'a' is string }}{{ nope is string }}
{% for a, b in [(1, 2), [3, 4]] %}{{ a }}{{ b }};{% endfor %}
{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for a, b in [(1, 2, 3)] %}{{ a }}{% endfor %}
{% set a, b = 1, 2 %}{{ a }}{{ b }}
{% set a, b = [1, 2] %}{{ b }}{{ a }}
{{ messages|map(attribute='role')|list }} {{ messages|selectattr('role', 'equalto', 'user')|list|length }}
{{ messages|length - 1 }} {{ messages[messages|length - 1].role }} {{ messages[-1]['role'] }} {{ (messages|last).role }} {{ messages|first|attr('role') }}
{{ messages[::-1][0].role }} {{ messages[1:] }} {{ messages[:1]|length }}
{{ messages[0] }}
{{ messages }}
{{ [1, [2, [3]]]|string }} {{ [1]|string|length }}
{{ zip }}|{{ [1, 2]|zip }}
{{ [['a', 1], ['b', 2]]|items }}
{{ dict([('a', 1)]) }} {{ dict(a=1, b='x') }} {{ dict({'a': 1}, b=2) }}
{{ [1, 2, 3]|random is number }}
{{ [1,2,3,] }} {{ {'a': 1,} }}
{{ ['a']|first|upper ~ 'b' }} {{ ('a', 'b')|join|length }}
{{ [true, false]|select('true')|list }} {{ [1, 1.5]|select('float')|list }}
{{ ['x', 'y'][true] }} {{ ['x', 'y'][1.0] }}|
{{ ['x', 'y']['0'] }}|
"""

DICTS = """
{{ {'b': 1, 'a': 2} }} {{ {'b': 1, 'a': 2}|tojson }} {{ {'b': 1, 'a': 2}.keys()|list }} {{ {'b': 1, 'a': 2}.values()|list }} {{ {'b': 1, 'a': 2}.items()|list }}
{{ {'b': 1}.keys() }} {{ {'b': 1}.values() }} {{ {'b': 1}.items() }}
{{ {'a': 1}['a'] }}{{ {'a': 1}.a }}{{ {'a': 1}['z'] }}|{{ {'a': 1}.z }}|
{{ {'a': 1}.get('a') }}{{ {'a': 1}.get('z') }}{{ {'a': 1}.get('z', 5) }}{{ {'a': none}.get('a', 5) }}
{{ 'a' in {'a': 1} }}{{ 1 in {'a': 1} }}{{ 'z' not in {'a': 1} }}
{% for k in {'b': 1, 'a': 2} %}{{ k }}{% endfor %}
{% for k, v in {'b': 1, 'a': 2}.items() %}{{ k }}={{ v }}{% if not loop.last %},{% endif %}{% endfor %}
{% for k, v in {'b': 1, 'a': 2}|items %}{{ k }}={{ v }};{% endfor %}
{% for k, v in {'b': 1, 'a': 2}|dictsort %}{{ k }}={{ v }};{% endfor %}
{{ {'b': 1, 'A': 2}|dictsort }} {{ {'b': 1, 'A': 2}|dictsort(true) }} {{ {'b': 1, 'a': 2}|dictsort(by='value') }} {{ {'b': 1, 'a': 2}|dictsort(false, 'key', true) }}
{{ {'items': 5}.items }} {{ {'items': 5}['items'] }}
{{ {'get': 5}.get('get') }}
{{ {1: 'a', 'b': 2, none: 3, true: 4, (1, 2): 5} }}
{{ {1: 'a'}[1] }} {{ {1: 'a'}[1.0] }} {{ {1: 'a'}[true] }} {{ {1: 'a'}['1'] }}|
{{ {'a': 1, 'a': 2} }}
{{ {'a': {'b': {'c': 'd'}}}.a.b.c }} {{ {'a': [{'b': 1}]}.a[0].b }}
{{ {'a': 1} == {'a': 1} }} {{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1} }} {{ {} == [] }}
{{ {'a': 1}.update({'b': 2}) }}
{{ {'a': 1}.pop('a') }}
{{ {'a': 1}.setdefault('b', 1) }}
{{ {'a': 1}.copy() }}
{{ {'a': 1}.nope() }}
{{ {'a': 1}.a.b }}|
{{ {'a': 1}.a.b.c }}
{{ {'a': 1}.z.b }}
{{ {'a': [1, {'b': 'é', 'c': none}], 'd': 1.0, 'e': true}|tojson }}
{{ {'a': [1, {'b': 'é', 'c': []}], 'd': {}}|tojson(indent=2) }}
{{ {'a': [1, 2]}|tojson(indent=4) }}
{{ {'b': 1, 'a': 2}|tojson(sort_keys=true) }} {{ 'é'|tojson(ensure_ascii=true) }} {{ {'a': [1, 2]}|tojson(separators=(',', ':')) }}
{{ '<a href="x">&\\'</a>\\u2028\\n\\t\\x07\\x7f/'|tojson }}
{{ 1.0|tojson }} {{ 1e20|tojson }} {{ 1e-7|tojson }} {{ none|tojson }} {{ true|tojson }} {{ 12345678901234567890|tojson }}
{{ nope|tojson }}
{{ {1: 2, none: 3, true: 4, 1.5: 5}|tojson }}
{{ {(1, 2): 3}|tojson }}
{{ [1, 2]|tojson(indent=0) }} {{ [1]|tojson(none) }} {{ [1]|tojson(false, 2) }} {{ [1]|tojson(indent='--') }}
{{ {'a': 1}|string }} {{ {'a': 1}|length }} {{ {'a': 1}|first }} {{ {'b': 1, 'a': 2}|sort }} {{ {'b': 1}|join }}
{{ {'type': 'function', 'function': {'name': 'f', 'parameters': {'type': 'object', 'properties': {'x': {'type': 'string'}}}}}|tojson(indent=4) }}
{{ messages[0]|tojson }} {{ messages|tojson }}
{{ messages[0].keys()|list }} {{ messages[0].items()|list }} {{ messages[0]|items|list }} {{ messages[0]|length }}
{{ messages[0].get('tool_calls') is none }}{{ messages[0].tool_calls is defined }}{{ messages[0]['tool_calls'] }}|{{ messages[0].content is string }}
{{ 'tool_calls' in messages[0] }}{{ messages[0].tool_calls|default('x') }}{{ messages[0].tool_calls and 'y' }}|
{{ (messages[0].content|trim).split('<')[0] }} {{ messages[0].content.strip().split('<b>')[-1] }} {{ messages[0]['content'][1:3] }}
{{ dict(a=1).items()|list }} {{ {'a': 1}.items()|map('first')|list }} {{ {'a': 1}.items()|first|last }}
{{ {} is mapping }} {{ dict() }} {{ {'a': 1} is mapping and {'a': 1} is iterable }}
{{ {'k': 'v'}|attr('k') }}| {{ 'x'|attr('upper') is defined }}
{{ {'a': 1}|items|list|tojson }} {{ {'a':1}.keys()|tojson }}
{{ {'a': 1}.keys()|sort|join(',') }} {{ {'b': 1, 'a': 1}.keys()|sort }} {{ 'a' in {'a': 1}.keys() }} {{ {'a': 1}.keys()|length }}
{{ {'b': 1, 'a': 2}.items()|sort }} {{ {'b': 1, 'a': 2}|items|sort(attribute='1') }} {{ {'b': 1}.items()|list|first }}
{{ [{'b': 1}]|map('items')|map('list')|list }}
{{ {'a': 'x'}['a'].upper() }} {{ {'a': 'x'}.get('a').upper() }} {{ ({'a': 'x'}.get('b') or 'y').upper() }} {{ {'a': 'x'}.get('b', {}).get('c', 'z') }}
{{ {'a': 1}.fromkeys(['x']) }}
{{ {}.__class__ }}|
{{ {'self': 1}.self }} {{ {'_x': 1}._x }} {{ {'__x': 1}['__x'] }}
"""

UNDEFINED = """
{{ nope }}|{{ nope is defined }}{{ nope is undefined }}{{ nope is none }}{{ none is none }}{{ none is defined }}
{{ nope.x }}
{{ nope['x'] }}
{{ nope() }}
{{ nope + 1 }}
{{ 1 + nope }}
{{ nope ~ 'x' }}
{{ nope == none }} {{ nope == nope }} {{ nope == '' }} {{ nope != 1 }} {{ none == nope }}
{{ nope < 1 }}
{{ nope in [1] }}{{ 'a' in nope }}
{{ nope|length }} {{ nope|default('d') }} {{ nope|default }}| {{ ''|default('d') }}| {{ ''|default('d', true) }} {{ none|default('d') }} {{ none|default('d', true) }} {{ nope|d('x') }} {{ nope.y|default('z') }}
{{ nope|upper }}| {{ nope|trim }}| {{ nope|list }} {{ nope|join }}| {{ nope|string }}| {{ nope|first }}| {{ nope|int }} {{ nope|replace('a', 'b') }}|
{{ not nope }} {{ nope or 'x' }} {{ nope and 'x' }}| {{ 'x' if nope else 'y' }} {{ 'x' if nope is defined and nope else 'y' }}
{% for x in nope %}{{ x }}{% else %}empty{% endfor %}
{% if nope %}a{% elif nope is undefined %}b{% else %}c{% endif %}
{{ none }} {{ None }} {{ True }} {{ False }} {{ true }} {{ [None, True] }}
{{ none.x }}| {{ none|length }}
{{ none|upper }} {{ none|trim }} {{ none ~ '' }} {{ none|string }} {{ none|list }}
{{ none[0] }}|
{{ tools }} {{ tools is none }} {{ tools is not none }} {{ not tools }} {{ tools is defined }} {{ documents }} {{ tools|length }}
{{ tools is defined and tools }} {{ tools|default([], true) }} {{ tools or [] }} {{ xml_tools is defined and xml_tools }}
{{ bos_token }}{{ eos_token }}{{ pad_token }}{{ unk_token }} {{ bos_token is defined }} {{ pad_token is defined }}
{{ add_generation_prompt }} {{ add_generation_prompt is true }} {{ add_generation_prompt == true }} {{ not add_generation_prompt }}
{{ enable_thinking is defined and enable_thinking is false }} {{ enable_thinking|default(true) }} {{ enable_thinking is defined and not enable_thinking }}
{{ true is true }}{{ 1 is true }}{{ 1 == true }}{{ false is false }}{{ 0 is false }}{{ none is false }}{{ 'a' is true }}
{{ 1 is eq 1 }}{{ 1 is equalto(1) }}{{ 1 is ne 2 }}{{ 1 is lt 2 }}{{ 1 is sameas 1 }}{{ none is sameas none }}{{ 1 is in [1] }}{{ 2 is not in [1] }}{{ 1 is not none }}
{{ 'A' is upper }}{{ 'a' is lower }}{{ range is callable }}{{ 'x' is callable }}{{ 'upper' is filter }}{{ 'odd' is test }}{{ 'zz' is filter }}{{ 1 is escaped }}
{{ 1 is nope }}
{{ 1|nope }}
{{ undefined }}|{{ nil }}|{{ null }}|
{{ raise_exception('no') }}
{% if false %}{{ 1|nope }}{% endif %}x
{% if false %}{{ nope() }}{% endif %}x
{{ strftime_now('%Y') == '' }}{{ strftime_now is defined }}
{{ caller }}|{{ loop }}|{{ self }}
{{ x is defined }}{% set x = 1 %}{{ x is defined }}{{ x }}
{{ namespace }}
{{ lipsum is defined }}{{ cycler is defined }}{{ joiner is defined }}{{ range is defined }}{{ dict is defined }}
"""

STATEMENTS = """
{% for i in [1, 2, 3] %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }};{% endfor %}
{% for i in [1, 2, 3] %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }};{% endfor %}
{% for i in [1, 2] %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}
{% for i in [1, 1, 2] %}{{ loop.changed(i) }}{{ loop.cycle('a', 'b') }};{% endfor %}
{% for i in [1, 2] %}{% for j in [1, 2] %}{{ loop.depth }}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}
{% for i in [1, 2, 3] if i != 2 %}{{ i }}{{ loop.index }}{{ loop.last }};{% endfor %}
{% for i in [] %}a{% else %}b{% endfor %}
{% for i in [1, 2, 3] if i > 5 %}a{% else %}b{% endfor %}
{% for i in [1, 2, 3] %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}
{% for i in [1, 2, 3] %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% else %}none{% endfor %}
{% for i in [1, 2] %}{% for j in [1, 2] %}{% if j == 2 %}{% break %}{% endif %}{{ i }}{{ j }};{% endfor %}{% endfor %}
{% for i in 'ab' %}{{ i }};{% endfor %}
{% for i in range(3) %}{{ i }}{% endfor %}
{% for i in 5 %}{{ i }}{% endfor %}
{% for i in none %}{{ i }}{% endfor %}
{% for i in [[1, [2]], [3]] recursive %}{{ i if i is number else loop(i) }}{% endfor %}
{% for m in messages[::-1] %}{{ loop.index0 }}{{ m.role }}{% endfor %}
{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}
{% set ns = namespace(x=1) %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}
{% set ns = namespace() %}{% set ns.a = 'x' %}{{ ns.a }}{{ ns.b }}|{{ ns.b is defined }}
{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns['b'] }}
{% set ns = namespace(_a=1) %}{{ ns._a }}
{% set ns = namespace(items=[]) %}{% set ns.items = ns.items + ['a'] %}{{ ns.items }}
{% set d = {'a': 1} %}{% set d.a = 2 %}{{ d }}
{% if true %}{% set x = 1 %}{% endif %}{{ x }}
{% set x %}a{{ 1 }}b{% endset %}{{ x }}|{{ x|length }}
{% set x | upper %}ab{% endset %}{{ x }}
{% set x %}<b>{% endset %}{{ x }}{{ x ~ '<' }}{{ x + '&' }}{{ x|tojson }}
{% set x = 1, 2 %}{{ x }}
{% set x = y = 1 %}
{% set x = 'a' if true else 'b' %}{{ x }}
{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}|
{% with %}{% set a = 1 %}{{ a }}{% endwith %}{{ a }}|
{% set a = 0 %}{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}
{% filter upper %}ab{{ 'c' }}{% endfilter %}
{% filter replace('a', 'b') | upper %}aa{% endfilter %}
{% macro f(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }}|{{ f(1, 3) }}|{{ f(1, c='z') }}|{{ f(a=5) }}|{{ f() }}
{% macro f(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, x=3) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, x=2) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, a=2) }}
{% macro f() %}  x  {% endmacro %}{{ f()|trim }}{{ f() ~ 'y' }}{{ f()|length }}
{% macro f(x) %}{% if x > 0 %}{{ x }}{{ f(x - 1) }}{% endif %}{% endmacro %}{{ f(3) }}
{% macro f(x) %}{% if x %}{{ f(x[1:]) }}{{ x[0] }}{% endif %}{% endmacro %}{{ f('abc') }}
{% macro f() %}[{{ caller() }}]{% endmacro %}{% call f() %}x{% endcall %}
{% macro f() %}[{{ caller(1, 2) }}]{% endmacro %}{% call(a, b) f() %}{{ a }}{{ b }}{% endcall %}
{% macro f() %}{{ caller is defined }}{% endmacro %}{{ f() }}
{% macro f(a, b=a) %}{{ b }}{% endmacro %}{{ f(1) }}
{% macro f() %}{{ y }}{% endmacro %}{% set y = 1 %}{{ f() }}
{% macro f() %}{% set y = 2 %}{{ y }}{% endmacro %}{{ f() }}{{ y }}|
{% macro f() %}{{ loop }}{% endmacro %}{% for i in [1] %}{{ f() }}|{% endfor %}
{% macro f(m) %}{{ m.role }}{% endmacro %}{% for m in messages %}{{ f(m) }}{% endfor %}
{% macro f(x) %}{{ x }}{% endmacro %}{{ [1, 2]|map('string')|join(f('-')) }}{{ f.name }}{{ f.arguments }}
{% macro f(x) %}<{{ x }}>{% endmacro %}{% set y = f('a') %}{{ y }}{{ y|replace('a', 'b') }}{{ y == '<a>' }}{{ y is string }}
{% for i in [1, 2] %}{% macro g() %}{{ i }}{% endmacro %}{{ g() }}{% endfor %}
{% if 1 == 1 and 2 > 1 or false %}a{% endif %}{% if not (1 and 0) %}b{% endif %}
{% if 'a' in 'abc' and 'x' not in ['a'] %}y{% endif %}
{% if messages[0]['role'] == 'system' %}s{% elif messages[0].role == 'user' %}u{% else %}x{% endif %}
{% if (messages[0]['role'] == 'user') != (loop.index0 % 2 == 0) %}x{% endif %}
{% if messages|length > 1 %}a{% else %}b{% endif %}
{% raw %}{{ x }}{% if %}{% endraw %}
{# comment {{ x }} #}a{#- b -#}  c
{%- if true -%}  a  {%- endif -%}  b
a  {%- if true %}  b  {%- endif %}  c
{{- ' a ' -}}  b
{% if true +%}  a{% endif %}
{{ '{{' }}{{ '%}' }}{{ "}}" }}
{% do 1 %}
{% generation %}a{{ 1 }}{% endgeneration %}b
{%- generation -%}  a  {%- endgeneration -%}  b
{% set x = 1 -%}   {{ x }}
{% for i in [1,2] -%}
  {{ i }}
{%- endfor %}
{% include 'x' %}
{% extends 'x' %}
{% block a %}x{% endblock %}
{% if true %}a
{{ 1
{% endif %}
{{ }}
{% for %}{% endfor %}
{% if x = 1 %}{% endif %}
{{ 1 2 }}
{{ a.b.c( }}
{% nope %}
{{ cycler('a', 'b').next() }}{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}
{% set j = joiner(', ') %}{{ j() }}a{{ j() }}b
{{ ('a', 'b') | map('upper') | join(' ') }}
{{ 'a'|upper|lower|title }}{{ ('a'|upper) ~ 'b'|upper }}{{ 'a' ~ 'b'|upper }}{{ -5|abs }}{{ 'a' + 'b'|upper }}
{{ 'x'.upper().lower().title().strip() }}{{ ('a' ~ 'b').upper() }}{{ ['a'][0].upper() }}{{ ('a' if true else 'b').upper() }}{{ ('x'|trim).upper() }}{{ (messages|first).content.strip().lower() }}
{{ 'a-b'.split('-')|map('upper')|list }}{{ 'a-b'.split('-')|first|upper }}{{ 'a,b'.split(',')|join('|') }}{{ ('a,b'|replace(',', '-')).split('-')[1] }}
{{ f"x" }}
{{ 1 if 2 > 1 else 3 }}{{ (1 if false else 2) + 1 }}{{ [1 if true else 2] }}{{ 1 if false else 2 if false else 3 }}
{{ [i for i in [1]] }}
{{ lambda }}|
{{ not nope is defined }}{{ not nope }}{{ nope is not defined }}{{ 1 is not string }}{{ not 1 is string }}
{{ 'a' is string and 'b' is string or false }}{{ 1 + 1 is number }}{{ 2 * 3 is even }}{{ 'a' ~ 1 is string }}
{{ true and not false }}{{ not not true }}{{ (not true) == false }}
{{ 'a' < 'b' and 1 <= 1 and 2 >= 1 and 1 != 2 }}
{{ x.y if x is defined else 'z' }}{{ x.y if x is defined }}|
{{ '' ~ {'a': 1} ~ [1] ~ (1,) }}
{{ messages[0].content|trim|length }}{{ messages[0]['content']|replace(' ', '')|upper }}{{ messages[0].content[:3] }}|{{ messages[0].content.split('<b>')|length }}
{% set content = messages[0].content %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1].lstrip('\\n') %}{% endif %}{{ content }}
{% set content = 'a</think>\\nb' %}{% if '</think>' in content %}{% set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}{% set content = content.split('</think>')[-1].lstrip('\\n') %}{% endif %}{{ reasoning }}|{{ content }}
{% set ns = namespace(last=-1) %}{% for m in messages %}{% if m.role == 'user' %}{% set ns.last = loop.index0 %}{% endif %}{% endfor %}{{ ns.last }}{{ ns }}
{% set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}{% for message in messages[::-1] %}{% set index = (messages|length - 1) - loop.index0 %}{% if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}{% set ns.multi_step_tool = false %}{% set ns.last_query_index = index %}{% endif %}{% endfor %}{{ ns.last_query_index }}
{% for k, v in {'a': 1, 'b': [1, 'x']}.items() %}{{ k }}: {{ v|tojson if v is mapping or v is sequence else v|string }}
{% endfor %}
{{ {'location': {'type': 'string'}}.location.type|upper }}{{ {'type': ['a', 'b']}.type[0] }}
{%- macro render(v) -%}{%- if v is mapping -%}{%- for k, x in v|dictsort -%}{{ k }}:{{ render(x) }};{%- endfor -%}{%- elif v is sequence and v is not string -%}[{%- for x in v -%}{{ render(x) }},{%- endfor -%}]{%- else -%}{{ v }}{%- endif -%}{%- endmacro -%}{{ render({'b': [1, 'x'], 'a': {'c': none}}) }}
{% set a = ['x'] %}{% set a = a + ['y'] %}{{ a|join }}{% set b = a[:] %}{{ b == a }}
{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}
{{ (1, 2) == (1, 2) }}{{ (1, 2)|list == [1, 2] }}{{ 'ab'[0] == 'a' }}{{ messages[0] == messages[0] }}
{{ 'a' 'b' ~ 'c' }}{{ 'a'~'b' }}{{ 1~2 }}
{% set x = messages[0]['content'] | default('', true) %}{{ x }}{{ (x or '')|trim }}
{{ caller is defined }}{{ varargs }}|
{% for i in range(3) %}{{ i }}{{ ', ' if not loop.last }}{% endfor %}
{% for i in range(3) %}{{ i }}{{ ', ' if not loop.last else '.' }}{% endfor %}
{% for a in [1, 2] %}{% set b = a %}{% endfor %}{{ b is defined }}
{% for i in [3, 4] %}{% set outer = loop %}{% for j in [1] %}{{ outer.index }}{{ loop.index }}{% endfor %}{% endfor %}
{% for i in {'x': 1}.items() %}{{ i }}{{ i[0] }}{% endfor %}
{% for i in 'a b'.split() %}{{ i }}{{ loop.length }}{% endfor %}
{% for i in [1,2,3]|reverse %}{{ i }}{{ loop.last }}{% endfor %}
{% for i in ['a', 'b']|map('upper') %}{{ i }}{{ loop.index }}{{ loop.length }}{% endfor %}
{% for m in messages|selectattr('role', 'eq', 'user') %}{{ m.role }}{{ loop.last }}{% endfor %}
{% set x = messages|rejectattr('role', 'equalto', 'user')|list %}{{ x }}{{ 'e' if not x }}
{% set ns = namespace(found=false) %}{% for i in [1] %}{% set ns.found = true %}{% endfor %}{{ ns.found }}{% if ns.found %}y{% endif %}
{{ messages|map('attr', 'role')|list }}|{{ messages|map(attribute='content')|map('trim')|list }}
{{ 'abc'|batch(2)|map('join')|list }}{{ [1, 2]|map('tojson')|join }}{{ ['a b']|map('split')|list }}
{{ now() }}
{{ 10 // 3 ~ '' }}{{ '%.2f' % 3 }}{{ '%d%%' % 50 }}{{ '%s' % [1] }}{{ '%i' % 3.7 }}{{ '%5d|%-5d|%+d' % (1, 2, 3) }}{{ '%e' % 12345.678 }}{{ '%g' % 0.00001 }}
{{ [1, 2, 3][1:][0] }}{{ [[1, 2], [3]][0][-1] }}{{ {'a': [1, 2, 3]}.a[1:] }}{{ 'a,b'.split(',')[0][0] }}
{{ true|string }}{{ true ~ '' }}{{ [true]|join }}{{ true|tojson }}{{ true|int }}{{ 'true'|lower == 'true' }}{{ true|lower }}
"""

# Other programs got these wrong, according to their issue trackers.
REPORTED = """
{{ ('a</think>\\n\\nb'.split('</think>')|last).lstrip('\\n') }}
{% for k in {'type': 1, 'x-y': 2, 'enum': 3}.keys() | reject('in', ['type', 'enum']) %}{{ k | replace('-', '_') | replace(' ', '_') | replace('$', '') }}{% endfor %}
{% for m in messages | rejectattr('role', 'equalto', 'system') %}{{ m.role }}{% endfor %}
{{ ['string', 'null'] | upper }}{{ 'string' | upper == 'STRING' }}{{ ['string'] | upper == 'STRING' }}
{% for k, v in {'b': 1, 'a': 'x'} | items %}{{ k }}{{ v | tojson }}{% endfor %}
{% for k, v in '{"a": 1}' | items %}{{ k }}{% endfor %}
{{ 'a/b' | tojson }}{{ '—' | tojson }}{{ {'b': 1, 'a': [1, 2]} | tojson }}{{ "temp > 10 & it's" | tojson }}
{{ {'b': {'z': 1, 'y': 2}, 'a': []} | tojson(indent=4) }}
{% for i in range(9) %}{% if i > 3 %}{% break %}{% elif i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}
{% if custom_tools is defined %}{% set tools = custom_tools %}{% endif %}{% if not tools is defined %}{% set tools = none %}{% endif %}{{ tools }}
{% if not date_string is defined %}{% if strftime_now is defined %}{% set date_string = strftime_now("%d %b %Y") %}{% else %}{% set date_string = "26 Jul 2024" %}{% endif %}{% endif %}{{ date_string }}
{{ messages[0]['content'].strip() + eos_token }}{{ (messages[0].content | trim) + ' ' + eos_token }}
{%- if messages[0].role == 'user' -%}{% set loop_messages = messages[1:] %}{% else %}{% set loop_messages = messages %}{% endif %}{{ loop_messages | length }}{{ messages[1:] == [] }}
{% set content = messages[0].content if messages[0].content is defined and messages[0].content is not none else '' %}{{ content }}
{% for m in messages %}{% generation %}{{ m.content }}{{ eos_token }}{% endgeneration %}{% endfor %}
{{ messages[::-1][0].role }}{{ (messages | length - 1) - 0 }}{{ messages | last == messages[-1] }}
"""

MULTILINE = [
    "Assistant: {% if true %}x{% endif %}", "{{ 'a' }} {% if true %}x{% endif %} {# c #} z",
    "a\n  {% if true %}\nx\n  {% endif %}\n b", "{% if true %} {% endif %}|", "a {{- ' b ' -}} c{%- if true %} d {%- endif %} e",
    "{{ 'a' }}\n{% if true %}\n\nx{% endif %}", "{{ 'H %} {%' }} {% set a = '%} {% b' %}{{a}}",
    "a\n  {%+ if true %}\nx\n  {% endif +%}\n b", "a\r\n  {% if true %}\r\nb\r\n{% endif %}\n", "{# one\n #}\n  {# two #}x",
    "{% raw %}\n {{ a }} {% b %}\n  {% endraw %}\nx", "a\n\n", "a\n", "\n", "", "  {% set x = 1 %}  \n  {{ x }}\n", "\t{% if true %}\n\ta\n\t{% endif %}\n",
    "{%- for m in messages %}\n    {{- m.role }}\n{%- endfor %}\n", "{{ 'a' }}\n\n{{ 'b' }}\n", "{% if true %}a{% endif %}\n\nb", "x{# c #}\ny", "  {# c #}\ny", "{#- c -#}\n y",
    "{%- set x = 1 -%}\n\n  {{ x }}", "{{ 'a'\n   ~ 'b' }}", "{% if true\n  and true %}x{% endif %}", "{% set x = [\n  1,\n  2,\n] %}{{ x }}", "{{ 'a\nb' }}", "{% raw -%}  a  {%- endraw %}", "{%- raw -%}  a  {%- endraw -%} b",
    "a\u00a0{%- if true %}x{% endif %}", "a\u2003\n {% if true %}x{% endif %}", "{{ x }}{# unclosed", "{% if true %}", "{% endif %}", "{% for x in [1] %}{% endif %}", "{{ 'unclosed }}", "}} %} #}", "{ {% %}", "{%%}", "{{ '\\\n' }}", "a{%if true%}b{%endif%}c", "{{1}}{{-1}}{{- 1}}",
    "{% for i in [1, 2] %}\n  {% if i == 1 %}\n    a\n  {% else %}\n    b\n  {% endif %}\n{% endfor %}\n", "{{ 'x' -}}\n\n{{ 'y' }}", "{{ 'x' }}\n{%- if true %}\n{{ 'y' }}\n{%- endif %}\n",
    "é{% if true %}\n日本{% endif %}😀", "{% macro f() %}\n  a\n{% endmacro %}\n{{ f() }}|", "{% set x %}\n a\n{% endset %}\n{{ x }}|",
]

# What is refused on purpose, though Jinja2 renders it, and why.
REFUSED = {
    "{{ 'abc'.encode() }}": "needs bytes",
    "{{ 'abc'.translate({97: 'x'}) }}": "needs tables of characters",
    "{{ 'hello world foo bar'|wordwrap(7) }}": "textwrap's rules for breaking lines",
    "{{ [1, 2, 3]|random is number }}": "random",
    "{{ namespace }}": "the text names a class of transformers",
    "{% block a %}x{% endblock %}": "blocks are for templates that extend others",
}


def prints(line):
    """The parts of a line that has several print statements and no other."""
    parts = re.findall(r"\{\{ .*? \}\}+", line)
    return parts if "{%" not in line and len(parts) > 1 and not line.startswith("{{ '{{'") else []


GROUPS = (STRINGS, NUMBERS, LISTS, DICTS, UNDEFINED, STATEMENTS, REPORTED)
LINES = [line for group in GROUPS for line in group.strip().split("\n")] + MULTILINE
ALL = list(dict.fromkeys(LINES + [part for line in LINES for part in prints(line)]))
