"""Writes template-language.json: what Jinja makes of small templates, set up as chat templates are rendered (trim_blocks, lstrip_blocks,
loopcontrols, generation, tojson as plain json.dumps). python3 template-language.py > template-language.json, with jinja2 3.1.6.

"rendered" is what Jinja makes of a template, "error" what it throws, and "refused" a word of this interpreter's refusal, where it does not
support what Jinja does."""
import copy, datetime, json
import jinja2, jinja2.ext, jinja2.nodes, jinja2.sandbox

class Generation(jinja2.ext.Extension):
    tags={'generation'}
    def parse(self,parser):
        line=next(parser.stream).lineno
        body=parser.parse_statements(['name:endgeneration'],drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method('_same'),[],[],body).set_lineno(line)
    def _same(self,caller): return caller()

def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
env=jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True,lstrip_blocks=True,extensions=[Generation,jinja2.ext.loopcontrols])
env.filters['tojson']=tojson
def raise_exception(m): raise jinja2.exceptions.TemplateError(m)
env.globals['raise_exception']=raise_exception
env.globals['strftime_now']=lambda format: datetime.datetime.now().strftime(format)
V={'s':' Héllo 🎭 World ','n':7,'f':2.5,'t':True,'z':None,'l':[3,1,2],'d':{'b':1,'a':[1,'x'],'k y':None},'e':'','L':['b','A','c','a'],
   'rows':[{'r':'u','v':2},{'r':'a','v':1},{'r':'u'}], 'q':'it\'s "q"\n\t\\'}
exprs='''1+2*3-4
7//2
-7//2
-7%3
7%-3
2**3**2
-2**2
7/2
1.0
1e3
2.50
"a" "b"
'a'~1~none~true~2.5
s|trim
s|trim|length
s[1:3]
s[::-1]
s[-3:]
s[6]
s[100]
s[2:100]
l[0]
l[-1]
l[5]
l[::-1]
l[1:]
l|join(',')
l|sort|join('-')
l|sort(reverse=true)|join
l|max
l|min
l|sum
l|first
l|last
l|length
d
d.a
d['b']
d.b + 1
d.keys()|list
d.get('zz','def')
d.get('b')
d|tojson
d|tojson(indent=2)
d|tojson(sort_keys=true)
d|tojson(separators=(',',':'))
q|tojson
q
[q]
[s, 1, 1.5, none, true, {'x': 'y'}]
s|upper
s|lower
'hello world'|title
'hELLO'|capitalize
'hello wORLD'.title()
'x' in 'xyz'
3 in l
4 not in l
'b' in d
1 < 2 < 3
1 < 2 > 5
1 == 1.0
true == 1
'a' == "a"
none is none
undefinedx is defined
undefinedx is not defined
s is defined and s is string
n is number
n is odd
n is even
n is divisibleby 7
d is mapping
l is iterable
s is iterable
l is sequence
d is sequence
n is integer
f is float
t is boolean
t is true
z is none
l is mapping
undefinedx
undefinedx|default('dd')
e|default('dd')
e|default('dd', true)
z|default('dd')
'yes' if n > 3 else 'no'
'yes' if n > 30
('yes' if n > 30) is defined
not n
not n == 7
n and e or 'x'
n or e
e or z
s.strip().split()
'a,b,,c'.split(',')
'a,b,,c'.split(',', 1)
'a,b,,c'.rsplit(',', 1)
'a b  c'.split()
'a b  c'.split(None, 1)
'xxhixx'.strip('x')
'xxhixx'.lstrip('x')
'xxhixx'.rstrip('x')
'abc'.startswith('ab')
'abc'.startswith(('x','a'))
'abc'.endswith('c')
'abcabc'.replace('b','ZZ')
'abcabc'.replace('b','ZZ',1)
'abcabc'|replace('b','Q')
'abcabc'.find('c')
'abcabc'.rfind('c')
'abcabc'.find('zz')
'abcabc'.count('b')
'line1\\nline2\\n\\nx'.splitlines()
'a-b'.join(['1','2'])
'abc'.removeprefix('a')
'%s' is string
'12'|int + 1
'x'|int
'x'|int(9)
'3.7'|int
'3.7'|float
3.7|int
3.14159|round(2)
3.5|round
-5|abs
(-5)|abs
range(5)|list
range(2,10,3)|list
range(5,0,-2)|list
rows|map(attribute='r')|join(',')
rows|selectattr('r','equalto','u')|list|length
rows|rejectattr('r','equalto','u')|map(attribute='v')|list
rows|selectattr('v','defined')|map(attribute='v')|list
rows|selectattr('v')|list|length
L|sort|join
L|sort(case_sensitive=true)|join
['a','A','b','a']|unique|join
L|map('upper')|join
l|select('gt', 1)|list
l|select('odd')|list
l|reject('odd')|list
[1,2,3]|reverse|list
'abc'|reverse
'abc'|list
'abc'|first
'a\\nb\\n\\nc'|indent(2)
'a\\nb\\n\\nc'|indent(2, true)
'a\\nb'|indent(width=3, first=true, blank=true)
[]
{}
namespace(a=1).a
dict(a=1)
'a' < 'b'
[1,2]+[3]
'ab'*3
'\\x41\\u00e9\\101\\q'
l.index(1)
l.count(3)
s.isdigit()
'12'.isdigit()
n.foo
s.foo is defined
d.foo.bar
undefinedx.y
undefinedx + 'a'
1 + 'a'
1 // 0
l.append(4)
raise_exception('boo')
'a' is in ['a']
5 is gt 3
5 is eq 5
'x'|unknownf
5 is unknownt
loop
none
True
None
[1,2,3][n-6]
d['a'][1]
d.a.1
"a\\
b"
1_000
not true or true
1 if true else 2 if false else 3
'a' if false else 'b' if false else 'c'
- 3 + 5
+3
5 is not odd
5 is odd and 4 is even
'abc'[1]
'abc'[-1]
s|string|length
n|string + 'x'
false|string
l|string
{'a':1}['a']
{'a':{'b':[1,{'c':2}]}}.a.b[1].c
rows[0].r ~ rows[1]['r']
rows|length > 2
1.5e-7
1e22
100000000000000000000.0
0.1+0.2
1/3
-0.0
'a'.upper() + 'B'.lower()
'abc' | upper | lower
"{{ x }}"
'}}'
'%}'
[1, 2, 3,]
{'a': 1,}
s|trim ~ '|'
 ' a ' | trim + 'b'
('a' + 'b') | upper
'x' if s is defined
l is defined and l|length == 3
"<%s>" ~ 1
rows | map(attribute='v', default=0) | list
'a b c'.split(' ')[-1]
'' is string
[[1,2],[3]]|map('length')|list
[1,[2]]
1 is number
'1' is number
[none]|tojson
'é\\u2028</script>'|tojson
'é'|tojson(ensure_ascii=true)
1.0|tojson
[]|tojson(indent=2)
{}|tojson(indent=2)
[[],{}]|tojson(indent=1)'''.split('\n')
stmts=[
"{% for x in l %}{{ x }}{% if not loop.last %},{% endif %}{% endfor %}",
"{% for x in l %}\n  {{ x }}\n{% endfor %}\nend\n",
"  {% if t %}\n  a\n  {% else %}\n  b\n  {% endif %}\n c",
"a  {%- if t %} x {% endif -%}  b",
"a\n  {%+ if t %} x{% endif +%}\n b",
"{# c #}\nx {# d #} y\n  {# e #}\nz",
"{%- for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
"{% for x in [] %}a{% else %}none{% endfor %}",
"{% for x in l if x > 1 %}{{ loop.index }}:{{ x }}/{{ loop.length }} {% endfor %}",
"{% set x = 1 %}{% for i in l %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}",
"{% set ns = namespace(x=0) %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}",
"{% set a, b = [1, 2] %}{{ b }}{{ a }}",
"{% set b %}hello {{ n }}{% endset %}[{{ b }}]",
"{% set b | upper | trim %} hello {{ n }} {% endset %}[{{ b }}]",
"{% macro m(a, b='x', c=none) %}<{{ a }}{{ b }}{{ c }}>{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(a=3, c=4) }}{{ m() }}",
"{% macro fact(k) %}{{ 1 if k < 2 else k * (fact(k - 1)|int) }}{% endmacro %}{{ fact(6) }}",
"{% for x in range(10) %}{% if x == 3 %}{% continue %}{% endif %}{% if x == 6 %}{% break %}{% endif %}{{ x }}{% endfor %}",
"{% for a in [1,2] %}{% for b in [3,4] %}{{ loop.index }}{{ loop.depth }}{{ a }}{{ b }} {% endfor %}{% endfor %}",
"{% raw %}{{ x }} {% if %}{% endraw %}y",
"{%- raw -%}  {{ x }}  {%- endraw -%}  y",
"  {% raw %} a {% endraw %}\n b",
"{% filter upper %}abc{{ s }}{% endfilter %}",
"{% if n > 3 and n < 10 or false %}in{% elif n == 3 %}three{% else %}out{% endif %}",
"{% if n > 30 %}in{% elif n == 7 %}seven{% else %}out{% endif %}",
"{% for x in 'a🎭b' %}[{{ x }}]{% endfor %}",
"{% for x in d %}{{ x }},{% endfor %}",
"{% for x in undefinedx %}a{% endfor %}ok",
"{% for x in n %}a{% endfor %}ok",
"{{ loop }}|{% for x in l %}{{ loop.previtem }}{{ x }}{{ loop.nextitem }}{{ loop.cycle('o','e') }} {{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{% endfor %}",
"a\r\nb\rc\n",
"a\n\n",
"{{ 1 }}\n{{ 2 }}\n",
"{{ 1 -}}\n  {{- 2 }}\n {{ 3 -}} \n x",
"{% set x = 5 %}\n\n{{ x }}",
"{% if true %}{% set y = 3 %}{% endif %}{{ y }}",
"{% for i in [1] %}{% if true %}{% set y = 3 %}{% endif %}{{ y }}{% endfor %}{{ y }}",
"{% for a, b in [[1,2],[3,4]] %}{{ a }}-{{ b }} {% endfor %}",
"{% for (a, b) in [[1,2]] %}{{ a }}-{{ b }} {% endfor %}",
"{% for x in 1, 2 %}{{ x }}{% endfor %}",
"{% unknown %}", "{% if %}", "{{", "{% if true %}x", "{{ 'abc }}", "{# x", "{{ 1 + }}", "{% for x on l %}{% endfor %}", "{{ a b }}", "{% endif %}", "{{ [1, }}", "{% endfor %}x", "{% else %}",
"{% set l2 = l + [9] %}{{ l2 }}{{ l }}",
"{%- set x -%}\n a \n{%- endset -%}\n[{{ x }}]",
"{% macro a() %}{% for i in l %}{{ i }}{% endfor %}{% endmacro %}{% for j in [1,2] %}{{ a() }};{% endfor %}",
"{% break %}",
"x {%- if false -%} y {%- endif -%} z",
"\n\n  {%- if true %}\n\n  a{% endif %}",
"{{ s }}{{ s|trim }}{{ s.strip() }}",
"{{- s -}}",
"{% for m in rows %}{% if m.v is defined and m.v == 1 %}one{% elif m['v'] is not defined %}undef{% else %}{{ m.v }}{% endif %}{% endfor %}",
"{% set x = 1 if false %}{{ x is defined }}",
"{{ {'a': {'b': 1}} }}",
"{{ {'a': {'b': 1}}['a'] }}",
"{{ 'a'}}{{'b' }}{{'c'}}",
"{%if t%}a{%endif%}",
"{% if t -%}\n\n a {%- else -%} b {%- endif %}\n\nc",
"{% set x='a' %}{% set x = x ~ 'b' %}{{ x }}",
"{% macro m() %}x{% endmacro %}{{ m() | upper }}{{ m() + 'y' }}",
"{% for i in range(3) %}{{ i }}{% else %}z{% endfor %}",
"{% for i in [1,2,3] %}{% if i is even %}{{ loop.index0 }}{% endif %}{% endfor %}",
"{{ 5 }}%}",
"{ { } % }",
"{{ '{{' }}",
]
# Every argument of every filter, test, method and function; tuples and streams; numbers; formats; texts that are safe.
more=r'''
undefinedx is sequence
undefinedx is iterable
undefinedx is callable
undefinedx is mapping
undefinedx is string
undefinedx is none
undefinedx == undefinedy
undefinedx == none
undefinedx|length
undefinedx|list
undefinedx|first is defined
undefinedx|sort
undefinedx|join('-')
undefinedx|upper
undefinedx|int
undefinedx|float
undefinedx|tojson
undefinedx|title
undefinedx|indent
undefinedx ~ 'a'
[undefinedx]
undefinedx in [1]
1 in undefinedx
'ß'|upper
'ß'.upper()
'ßa'|title
'ßa'.title()
'ßA'|capitalize
'ŉ ǆ ﬁ ﬃ ΐ ᾳ և'|upper
'ŉ ǆ ﬁ ﬃ ΐ ᾳ և'.title()
'ΑΣ ΣΑΣ. Σ'|lower
'ΑΣ’Α ΑΣ'|title
'İI'|lower
'ıſ'|upper
'ა Ა'|upper
'ა'.title()
"they're bill's"|title
"they're bill's".title()
'foo-bar (baz) [q] {w} <e> x_y 3d'|title
'foo-bar (baz) x_y 3d'.title()
'hELLO'.capitalize()
'hELLO wORLD'.swapcase()
(1,)
(1,2)
()
(1,2)[0]
(1,2)[::-1]
(1,2) == (1,2)
(1,2) == [1,2]
[1,2] == [1,2]
(1,)+(2,)
(1,)+[2]
(1,2)*2
[1]*2
2*[1]
[1]*-1
'ab'*true
(1,2)|list
(1,2)|tojson
(1,2) is sequence
[(1,'a'),[2,('b',)]]
1, 2
d.items()
d.keys()
d.values()
d.items()|list
d|items|list
d.items()|length
d.items() is sequence
d.items() is iterable
d.keys()|first
d.items()|first
d.items()[0]
d.keys() + []
'b' in d.keys()
1 in d.values()
('b', 1) in d.items()
d.copy()
d.pop
d.pop('b')
d.update is defined
l.append is defined
l.append(1)
l.copy()
l.insert
d|dictsort
d.get('b', 5)
d.get('zz')
d.get('zz', none)
d.get(1, 2)
d.get(key='b')
d.get()
d.get('a','b','c')
d[1] is defined
none.x is defined
n['x'] is defined
l['count'](3)
l[true]
l[1.0] is defined
l.index(9)
range(3)
range(2, 9, 3)
range(3)[1]
range(10)[2:8:3]
range(10)[::-1]
range(3) == range(0, 3)
range(3) == [0,1,2]
range(3)|tojson
range(3) + [1]
range(3) is sequence
range(stop=3)
range(0)
range(1,2,3,4)
namespace(a=1, b='x')
namespace({'a': 1}, b=2)
namespace([('a', 1)]).a
dict(a=1, b=2)
dict({'a': 1}, b=2)
dict([('a', 1)])
l|map('string')|first
(l|map('string'))|length
(l|map('string'))[0] is defined
(l|map('string')) is sequence
(l|map('string')) is iterable
'yes' if []|map('upper') else 'no'
'yes' if rows|selectattr('nothing') else 'no'
l|map('string')|last
l|map('string')|reverse|list
l|reverse|list
l|reverse|last
'abc'|last
d|first
d|last
d|reverse|list
d|list
l|select('odd') + [1]
l|select('odd')|list + [1]
l|map('nonsense')|list
l|map
l|map(5)
l|map('round', 1, foo=2)|list
rows|map(attribute='v', default=0)|list
rows|map(attribute='v', default=none)|list
rows|map(attribute='v', other=1)|list
rows|map('attr', 'r')|list
rows|map(attribute='r.upper')|list|length
[[1,2],[3,4]]|map(attribute=1)|list
[[1,2],[3,4]]|map(attribute='1')|list
[{'a':{'b':5}}]|map(attribute='a.b')|list
[{'a':{'b':5}}]|selectattr('a.b', 'gt', 4)|list|length
rows|selectattr('v', 'in', [2])|list
rows|selectattr('v', 'eq', 1)|map(attribute='r')|join
rows|rejectattr('v', 'undefined')|list|length
rows|selectattr('r', 'eq')|list
rows|selectattr|list
rows|selectattr('r', '==', 'a')|list
l|select('divisibleby', 2)|list
l|select('divisibleby', num=3)|list
l|select|list
l|reject('in', [3])|list
l|batch(2)|list
l|batch(2, 'x')|list
l|batch(linecount=2, fill_with=0)|list
l|batch|list
l|batch(2, other=1)|list
l|batch(0)|list
'abc'|batch(2)|list
range(7)|slice(3)|list
range(7)|slice(3, 'x')|list
range(2)|slice(4, 'x')|list
rows|groupby('r')
rows|groupby('v', default=0)|map('first')|list
rows|groupby(attribute='r')|map(attribute='list')|map('length')|list
['b','A','a','B']|groupby(attribute='0')
[{'k':'A'},{'k':'b'},{'k':'a'}]|groupby('k')|map(attribute='grouper')|list
[{'k':'A'},{'k':'b'},{'k':'a'}]|groupby('k', case_sensitive=true)|map(attribute='grouper')|list
rows|groupby('r')|map('list')|list|length
(rows|groupby('r'))[0].grouper
(rows|groupby('r'))[0].list|length
(rows|groupby('r'))[0][0]
rows|groupby
[1,2]|sum(start=10)
rows|sum(attribute='v')
[{'v':1},{'v':2}]|sum(attribute='v')
[{'v':1},{'v':2}]|sum('v', 5)
[[1],[2]]|sum(start=[])
['a']|sum
['a']|sum(start='')
[0.1,0.2,0.3]|sum
{'b':1,'a':2}|dictsort(by='value')
{'b':1,'a':2}|dictsort(false,'value')
{'b':1,'A':2,'a':3}|dictsort
{'b':1,'A':2,'a':3}|dictsort(true)
{'b':1,'a':2}|dictsort(reverse=true)
{'b':1,'a':2}|dictsort(by='nonsense')
{'b':1,'a':2}|dictsort(foo=1)
[3,1,2]|sort(reverse=true)
[3,1,2]|sort(true)
['b','A']|sort
['b','A']|sort(case_sensitive=true)
['b','A','B']|sort(reverse=true)
rows|sort(attribute='r')|map(attribute='r')|list
[{'a':1,'b':2},{'a':1,'b':1}]|sort(attribute='a,b')
[{'a':'x'},{'a':'X'}]|sort(attribute='a')
[1,'a']|sort
[[2],[1,5],[1]]|sort
[none,1]|sort
[true,0,2]|sort
['😀','\ue000']|sort
'\ue000' < '😀'
['a','A','b','a']|unique|list
['a','A']|unique(case_sensitive=true)|list
rows|unique(attribute='r')|list
[1,1.0,true]|unique|list
[[1],[1]]|unique|list
['b','A']|min
['b','A']|max(case_sensitive=true)
rows|selectattr('v','defined')|max(attribute='v')
[]|max
[]|max is defined
[1,'a']|max
[]|first is defined
[]|last is defined
rows|join(', ', attribute='r')
rows|join(attribute='r', d='/')
[1,none,'a',2.5]|join(1)
['a','b']|join('-', 'x', 'y')
'-'.join([1,2])
'-'.join(['a','b'])
'-'.join('abc')
2.5|round
3.5|round
-2.5|round
2.345|round(2)
2.675|round(2)
2.1|round(0,'ceil')
2.7|round(0,'floor')
2.7|round(method='floor')
-2.1|round(0,'floor')
42.55|round(1,'floor')
5|round
5|round(2)
1234|round(-2)
1250|round(-2)
1350|round(-2)
1234.5|round(-2)
5|round(0,'ceil')
2.5|round(0,'nonsense')
2.5|round(precision=1, method='common')
2.5|round(1, 'common', 3)
'a'|round
true|round
-7|abs
-7.5|abs
true|abs
'a'|abs
'12.7'|int
'x'|int(-1)
'x'|int(default=-1)
'0x1A'|int(0,16)
'0x1A'|int(base=16)
'1A'|int(0,16)
'0b11'|int(0,2)
'0o17'|int(0,0)
'010'|int(0,0)
'12'|int(0,3)
'1_000'|int
'1__0'|int(7)
' 12 '|int
'+5'|int
'-5'|int
'1e3'|int
'1,000'|int
'1,000'|float
'inf'|int
'inf'|float
'nan'|float
'٣'|int
none|int
none|int(5)
[]|int
true|int
3.99|int
-3.99|int
'3'|float
'x'|float(1.5)
'x'|float(default=none)
' 1_0.5e1 '|float
'1.'|float
'.5'|float
'0x10'|float
none|float
'12'|int(0,10,5)
'12'|int(foo=1)
'hello world foo bar'|truncate(10)
'hello world foo bar'|truncate(10, true)
'hello world foo bar'|truncate(11, false, '...', 0)
'hello world foo bar'|truncate(length=9, end='!', killwords=true, leeway=0)
'hello world'|truncate(2)
'hello world'|truncate(9)
'hello world foo bar'|truncate(3)
'hello world foo bar'|truncate(9, leeway=-1)
'foo bar baz qux'|truncate
'aaa'|replace('a','b',2)
'aaa'|replace('a','b',count=1)
'aaa'|replace('a','b',-1)
'aaa'|replace('a','b',0)
'abc'|replace('','-')
'aé🎭'.replace('','-',3)
'a1'|replace(1, 2)
'aaa'|replace('a')
'aaa'|replace(old='a', new='c')
'aaa'.replace('a','b',count=1)
'aaa'|replace('a','b',1,2)
''|default('d')
''|default('d',true)
''|default('d',boolean=true)
undefinedx|default(default_value=3)
undefinedx|d
undefinedx|default('a', true, 1)
undefinedx|default(x=1)
'a'|center(5) ~ '|'
'ab'|center(5) ~ '|'
'ab'|center(width=4)
'a'|center|length
5|center(4)
'a'.center(5)
'ab'.center(5, '*')
'ab'.center(5, '**')
'abc'.center(4,'*')
'a'.ljust(3) ~ '|'
'a'.rjust(3)
'a'.rjust(3, '.')
'42'.zfill(5)
'-42'.zfill(5)
'🎭'.center(3, '🎭')
'a-b-c'.partition('-')
'a-b-c'.rpartition('-')
'abc'.partition('-')
'abc'.rpartition('-')
'abc'.partition('')
'  1  2   3  '.split(None, 1)
'  1  2   3  '.rsplit(None, 1)
'  1  2   3  '.rsplit()
'1 2 3'.split(maxsplit=1)
'1,2,3'.split(',', maxsplit=1)
'1,2,3'.split(sep=',')
'1,2,3'.rsplit(',', 1)
'aXXaXXXa'.rsplit('XX')
'aXXaXXXa'.rsplit('XX', 1)
'aXXaXXXa'.split('XX')
'abc'.split('')
'abc'.split(5)
''.split()
''.split(',')
'a\nb\r\nc\x0bd'.splitlines()
'a\nb\n'.splitlines(true)
'a\nb\n'.splitlines(keepends=true)
'abcabc'.find('c', 3)
'abcabc'.find('c', 0, 2)
'abcabc'.find('c', -2)
'abcabc'.rfind('a', 0, 3)
'abcabc'.index('c')
'abc'.index('z')
'é🎭x'.find('x')
'é🎭x🎭x'.rfind('x')
'abc'.find('', 9)
'abc'.find('')
'abcabc'.count('b', 2)
'abc'.count('')
'aaaa'.count('aa')
'abc'.startswith('b', 1)
'abc'.startswith('b', 1, 2)
'abc'.startswith(['a'])
'abc'.startswith(('x','a'))
'abc'.endswith(('x','c'))
'abc'.endswith('b', 0, 2)
'abc'.startswith('', 5)
'abc'.startswith(prefix='a')
'abc'.startswith()
'abc'.strip('ca')
'abc'.strip(none)
'abc'.strip(5)
'🎭a🎭'.strip('🎭')
'😀a'.strip('🎭')
'abc'.upper(1)
'abc'|upper(1)
'abc'|trim('a')
'abc'|trim(chars='c')
'abc'|trim('a','b')
'abc'|lower(x=1)
'²'.isdigit()
'²'.isdecimal()
'12'.isdecimal()
'abc'.isalpha()
'aé一'.isalpha()
'ab1²'.isalnum()
'ab '.isalnum()
''.isalpha()
'ab'.islower()
'aB'.islower()
'AB1'.isupper()
'1'.isupper()
'ab'.isascii()
'é'.isascii()
'ab'.isprintable()
'ab'.encode()
'ab'.casefold()
'ab'.expandtabs()
'ab'.nonsense is defined
'ab'.encode is defined
'ab' is lower
'aB' is upper
5 is lower
none is lower
['a'] is lower
3.0 is odd
4.5 is even
true is odd
'a' is odd
none is odd
4 is divisibleby(0)
4 is divisibleby
4 is divisibleby(2, 3)
4 is divisibleby(num=2)
4.0 is divisibleby 2
5 is number(1)
5 is eq
5 is eq(b=5)
none is sameas none
true is sameas true
1 is sameas 1
1 is sameas 1.0
l is sameas l
[1] is sameas [1]
'a'|e is escaped
'a' is escaped
'upper' is filter
'nonsense' is filter
'defined' is test
'nonsense' is test
2 in (1,2)
'a' in {'a':1}
1 in {'a':1}
[1] in {'a':1}
[1] in [[1],2]
5 in 5
5 in 'abc'
'' in 'abc'
1 == true
1.0 == 1
'1' == 1
none == false
[1,[2]] == [1.0,[2]]
{'a':1,'b':2} == {'b':2,'a':1}
{'a':1} == {'a':2}
[1,2] < [1,3]
(1,2) < (1,)
[1] < (2,)
'a' < 1
none < 1
true < 2
1 < 2 > 1 != 5
3 > 2 > 1
'b' > 'a' >= 'a'
1 < 2 in [2]
9007199254740993 == 9007199254740992.0
9007199254740993 == 9007199254740992
9007199254740993 + 0
9007199254740993 > 9007199254740992.0
9223372036854775807
9223372036854775807 + 1
-9223372036854775807 - 1
9223372036854775807 * 2
7 / 2
6 / 2
-7 // 2
-7 % 3
7 % -3
-7.5 // 2
-7.5 % 2
7.5 % -2
1e300 * 1e10
-7 // 2.0
0.3 % 0.1
0.0 // 5
-0.0 % 5
5 % -0.5
1 / 3
2 / 0
2 // 0
2 % 0
2.0 / 0
2 ** 10
2 ** -1
2 ** 0.5
0 ** 0
0 ** -1
-2 ** 2
(-8) ** (1/3)
2 ** 3 ** 2
2 ** 63
10.0 ** 400
true + true
-true
+true
+'a'
-'a'
-none
--3
not 1
not ''
1 - -1
'a' + 1
'a' * 2.0
'a' * none
none + 1
[1] + 'a'
{} + {}
1e15
1e16
123456789012345680.0
1e-4
1e-5
0.00001234
1.5e300
5e-324
1e23
100.0
-0.0
1e400
[1e400]
1.0e0
1_0.5
0x1F
0b101
0o17
1_000_000
'a' 'b' "c"
'\x41\u00e9\101\t|'
'\'' "\""
'\q\d'
'\U0001f3ad'
['\u200b', '\xa0', '\x7f', '\xad', '\ufeff', '\U000e0001', 'é', '🎭', '\u2028']
["it's", 'a"b', 'it\'s "q"', '\\', '\x1b']
{'a': none, 'b': true, 'c': 1.0, 'd': 'x'}
{'a': {'b': [1, (2,)]}}|string
{'a': (1, 2), 'b': [none, true, 1e16]}|tojson
1e16|tojson
'\x7f\x1f'|tojson
'\x7f🎭'|tojson(true)
'é'|tojson(ensure_ascii=true)
d|tojson(indent='--')
d|tojson(none, 2)
d|tojson(indent=0)
d|tojson(indent=true)
d|tojson(separators=['; ', '='])
d|tojson(separators='ab')
d|tojson(separators=[1,2])
d|tojson(foo=1)
d|tojson(sort_keys=true, indent=1)
{'😀':1,'\ue000':2}|tojson(sort_keys=true)
d.items()|tojson
(l|map('string'))|tojson
namespace(a=1)|tojson
'%s-%d'|format('a',3)
'%s' % 'x'
'%s %s' % ('a', 'b')
'%s %s' % ['a', 'b']
'%(x)s %(y)d' % {'x': 1, 'y': 2.7}
'%(x)s'|format(x='q')
'%(x)s' % {}
'%s'|format('a', x=1)
'%s'|format
'%s %s'|format('a')
'%s'|format('a','b')
'abc' % ()
'abc' % 1
'abc' % [1]
'abc' % {}
'%%' % ()
'%5s|%-5s|%.2s|%05d|%+d|% d|%x|%X|%o|%#x|%#o' % ('a','b','cde',42,5,6,255,255,8,255,8)
'%5.1f|%-8.2f|%08.3f|%+.0f|%e|%.3E|%g|%g|%g|%.3g|%G' % (3.14159, 2.5, -1.5, 2.5, 12345.678, 0.00012, 100000.0, 1000000.0, 0.00001, 1234.5, 1e-10)
'%.0f %.0f %.0f %.1f %.2f' % (0.5, 1.5, 2.5, 0.25, 1.005)
'%f' % 1
'%d' % 3.99
'%d' % '3'
'%i %u' % (3, 4)
'%.3d|%5.3d' % (7, 7)
'%c%c' % ('a', 'é')
'%c' % 65
'%r %s' % ('a', [1,'b'])
'%a' % 'é'
'%*d' % (5, 3)
'%-*d|' % (5, 3)
'%.*f' % (2, 3.14159)
'%5%' % ()
'%' % ()
'%y' % 1
'%s' % none
'%s' % undefinedx
'%s' % ((1,2),)
'%s' % d.items()
'%ld' % 5
'%f %F' % (1e400, -1e400)
'%x' % -255
'%x' % 2.5
'{} {}'.format('a','b')
'{0} {1} {0}'.format('a','b')
'{x}'.format(x=1)
'{} {x}'.format('a', x='b')
'{}'.format()
'{x}'.format()
'{0} {}'.format(1,2)
'{{}} {}'.format(1)
'}'.format()
'{'.format()
'{0[a]} {0[b]}'.format({'a':1,'b':2})
'{0.a}'.format(namespace(a=3))
'{0[0]} {0[1]}'.format(l)
'{!r} {!s}'.format('a','b')
'{!a}'.format('a')
'{:>5}|{:<5}|{:^5}|{:*^5}'.format('a','b','c','d')
'{:5}|{:5}'.format('a', 1)
'{:05d} {:+d} {:,} {:_} {:x} {:X} {:b} {:o} {:#x} {:#b}'.format(42, 5, 1234567, 1234567, 255, 255, 5, 8, 255, 5)
'{:.2f} {:10.3f}| {:<10.1f}| {:e} {:g} {:.0%} {:%} {:,.2f}'.format(3.14159, 2.5, 1.25, 12345.678, 0.0001, 0.256, 0.5, 1234567.891)
'{:05}|{:=+6}|{:*=6}'.format(-42, 42, -42)
'{:05}|{:>05}'.format('a','b')
'{:.2}'.format('abc')
'{:.3}'.format(3.14159)
'{:d}'.format(3.0)
'{:s}'.format(3)
'{:d}'.format('a')
'{}'.format(none) ~ '{}'.format(true) ~ '{}'.format([1])
'{:5}'.format(none)
'{:5}|{:d}'.format(true, true)
'{:10}'.format(2.5)
'{:{}}'.format('a', 5)
'{:c}'.format(65)
'{:n}'.format(65)
'{a.b[c]}'.format(a={'b':{'c':1}})
'{:>{w}}'.format('a', w=3)
'<a>'|e
'<a> & "b" \'c\''|escape
5|e
none|e
undefinedx|e
'<a>'|e|e
'<a>'|e|forceescape
'<a>'|forceescape
'<a>'|safe
'<a>'|safe ~ '<b>'
('<a>'|safe) + '<b>'
'<b>' + ('<a>'|safe)
('<a>'|safe) + ('<b>'|safe)
('<a>'|safe) + 1
('<a>'|safe)|upper
('<a>'|safe)|upper + '<b>'
('<a>'|safe)|title + '<b>'
('<a>'|safe)|trim + '<b>'
('<a>'|safe)|replace('a','<') + '<'
('<a>'|safe)[0] + '<'
('<a>'|safe)[:2] + '<'
('<a>'|safe)|list
['<a>'|safe]
['<a>'|safe]|join('<') + '<'
('<a>'|safe)|string + '<'
('<a>'|safe)|first + '<'
('<a>'|safe)|reverse + '<'
('<a>'|safe) * 2 + '<'
('<a>'|safe) == '<a>'
'%s<' % ('<a>'|safe)
('%s'|safe) % '<'
('<a>'|safe).replace('a', '<')
('<a>'|safe).upper() + '<'
('<a>'|safe)|length
('<a>'|safe)|tojson
('%s'|safe)|format('<')
('a b'|safe)|truncate(2)
(5|safe) + '<'
d|tojson|safe
'a b'|wordcount
"don't stop_it 3x é一"|wordcount
''|wordcount
5|wordcount
'a\nb\n\nc'|indent(2)
'a\n  \n\nc'|indent(2)
'a\n  \n\nc'|indent(2, true, true)
'a\nb'|indent('> ')
'a\nb'|indent('> ', first=true)
'a\r\nb\x0bc'|indent(1)
'a\nb\n'|indent
''|indent(2, true)
'a\nb'|indent(indentfirst=true)
5|indent
'a'|indent(-3, true)
'a'|indent(2.5)
'a\nb'|indent(true)
'abc'|wordwrap(2)
'abc'|urlize
'abc'|pprint
'abc'|random
'a'|xmlattr
'a b'|urlencode
'abc'|striptags
5|filesizeformat
{'a':1}|xmlattr
'abc'|length(1)
5|length
none|length
'é🎭'|length
'abc'[-2:]
'abc'[::2]
'abcdef'[4:1:-1]
'abcdef'[-1:-4:-2]
'abc'[5:]
'abc'[:-5]
'abc'[::0]
'abc'['a':]
'abc'[true:]
'abc'[1.5:]
l[::2]
l[-2:]
l[10:]
d[1:]
undefinedx[1:]
none[1:]
l[0,1]
(1,2,3)[1:]
loop is defined
self is defined
cycler is defined
lipsum is defined
joiner is defined
raise_exception('x', 'y')
raise_exception()
strftime_now()
strftime_now('%Y', 1)
strftime_now('x')
none|string
[none]|string
true|lower
none|upper
1.0|string
(1,)|string
5|string + 'a'
5|lower
l|upper
'a' if 1 else 'b'
'a' if 0
('a' if 0) is undefined
'a' ~ ('b' if 0) ~ 'c'
1 if 0 else 2 if 0 else 3
n if n is defined and n is number else 0
5 is defined is defined
5 is not not defined
x|default(1) + 2
-n|abs
-5|abs
2 * 3 ~ 4 + 5
'a' ~ 1 + 2
1 ~ 2 * 3
not n in l
n not in l
1 in l and 3 in l
'a'.upper().lower()|upper
('a'|upper).lower()
l|length > 2
l|length == 3 and not e
d.a[1]|upper
d['k y'] is none
{'a':1,'a':2}
{'a':1}.a
{1:2}
{none:1}
{'x': undefinedx}
[1,2,][0]
f(*l)
dict(**d)
'abc'|upper()|lower()
"a'b"|replace("'", '"')
n.real
n.bit_length()
f.is_integer()
n.foo is defined
'a'.__class__
d.__class__ is defined
l.__len__ is defined
raise_exception.__name__ is defined
lipsum(1)
'x'|attr('y')
joiner(', ') is callable
'a,b'.split(',')|map('upper')|join('+')
[['a', 1], ['b', 2]]|map('join', '=')|list
[1,2,3]|map('string')|map('center', 3)|join('|')
['x','y']|map('replace', 'x', 'z')|list
['1','x']|map('int', default=9)|list
[3.14159]|map('round', 2)|list
[3.14159]|map('round', precision=1, method='floor')|list
['a']|map('indent', width=2, first=true)|list
rows|selectattr('v', 'defined')|sort(attribute='v')|map(attribute='v')|list
rows|selectattr('r','in',['u'])|list|length
rows|map('tojson')|join
'a'|d('x')|upper
l|min ~ l|max
'12'|float + 1
'a' * 3 ~ '-' * 2
(l|join(','))|length
'%s' % l
'%s' % (l,)
l|map('abs')|sum
'x' in undefinedx
'aXbX'.rstrip('X').split('X')
rows[0]|items|list
rows|map('items')|map('list')|list
''.join(['a','b'])
'a\tb'
'\a\b\f\v\r'|tojson
['\a\b\f\v\r']
'\x4'
'\N{DASH}'
'\u12'
'''.strip('\n').split('\n')
# Scopes, macros, calls, loops, white space, and what is refused.
more_stmts=[
"{% with x = 1 %}{{ x }}{% endwith %}{{ x }}",
"{% with %}{% set x = 1 %}{{ x }}{% endwith %}{{ x }}",
"{% set x = 1 %}{% with x = 2, y = x %}{{ x }}{{ y }}{% endwith %}{{ x }}",
"{% with a, b = (1, 2) %}{{ a }}{{ b }}{% endwith %}",
"{% with x = 1 %}{% for i in l %}{% with x = i %}{{ x }}{% endwith %}{{ x }}{% endfor %}{% endwith %}",
"{% for i in l %}{% with %}{% if i == 1 %}{% break %}{% endif %}{% endwith %}{{ i }}{% endfor %}",
"{% macro f(x) %}[{{ x }}{{ caller() }}]{% endmacro %}{% call f(1) %}in{% endcall %}",
"{% macro f(x) %}[{{ caller(x, 2) }}]{% endmacro %}{% call(a, b) f(1) %}{{ a }}{{ b }}{% endcall %}",
"{% macro f() %}{{ caller is defined }}{% endmacro %}{{ f() }}{% call f() %}{% endcall %}",
"{% macro f() %}x{% endmacro %}{% call f() %}in{% endcall %}",
"{% macro f() %}{{ caller() }}{% endmacro %}{{ f() }}",
"{% macro f() %}{{ caller(1) }}{% endmacro %}{% call f() %}x{% endcall %}",
"{% macro f() %}{% for i in l %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(i) f() %}<{{ i }}>{% endcall %}",
"{% for i in l %}{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}{{ i }}{{ loop.index }}{% endcall %}{% endfor %}",
"{% call n %}x{% endcall %}", "{% call n() %}x{% endcall %}",
"{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(1, 2, 3) }}",
"{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(1, c=3) }}",
"{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(1, a=3) }}",
"{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(b=2) }}",
"{% macro m(a=1, b) %}{% endmacro %}",
"{% macro m(a, a) %}{% endmacro %}",
"{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}{{ m() }}",
"{% macro m(a) %}{{ varargs|length }}{% endmacro %}{{ m(1, 2, x=4) }}",
"{% macro m(a) %}{{ a is defined }}{{ a }}{% endmacro %}{{ m() }}{{ m(none) }}{{ m(undefinedx) }}",
"{% macro m(a='d') %}{{ a }}{% endmacro %}{{ m() }}{{ m(undefinedx) }}|{{ m(none) }}",
"{% macro m() %}{% set x = 1 %}{% endmacro %}{{ m() }}{{ x is defined }}",
"{% set x = 1 %}{% macro m() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ m() }}",
"{% for i in l %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}{{ m is defined }}",
"{% macro m() %}{% macro k() %}k{% endmacro %}{{ k() }}{% endmacro %}{{ m() }}",
"{% macro m(x) %}{{ x }}{% endmacro %}{{ m(caller=1) }}",
"{{ m }}{% macro m() %}a{% endmacro %}{{ m() }}",
"{% set ns = namespace(a='') %}{% set ns.a %}blk{% endset %}{{ ns.a }}",
"{% set ns = namespace() %}{% set ns.a, b = 1, 2 %}{{ ns.a }}{{ b }}{{ ns }}",
"{% set ns = namespace() %}{% for i in l %}{% set ns[i] = 1 %}{% endfor %}",
"{% set x.y = 1 %}", "{% set d.y = 1 %}", "{% set 5 = 1 %}", "{% set true = 1 %}", "{% set a = %}",
"{% set a, b = 'xy' %}{{ a }}{{ b }}", "{% set a, b = 'xyz' %}{{ a }}", "{% set a, b = d %}{{ a }}", "{% set a, b = 5 %}",
"{% set a, (b, c) = 1, (2, 3) %}{{ a }}{{ b }}{{ c }}", "{% set (a, b) = (1, 2) %}{{ a }}{{ b }}", "{% set a, = [1] %}{{ a }}",
"{% set x = 1, 2 %}{{ x }}", "{% set x = (1) %}{{ x }}", "{% set x = 1, %}{{ x }}",
"{% set x %}a{% set y = 2 %}{{ y }}{% endset %}{{ x }}{{ y is defined }}",
"{% set x | upper %}a{{ n }}{% endset %}{{ x }}", "{% set x | replace('a', 'b') | upper %}a{% endset %}{{ x }}",
"{% filter upper %}a{% set y = 2 %}{{ y }}{% endfilter %}{{ y is defined }}",
"{% filter replace('a', 'b')|upper %}a{{ s }}{% endfilter %}", "{% filter nonsense %}a{% endfilter %}", "{% filter center(7) %}abc{% endfilter %}|",
"{% for i in l %}{% set x %}a{% break %}{% endset %}{{ i }}{% endfor %}e",
"{% for i in l %}{% filter upper %}a{% if i == 1 %}{% continue %}{% endif %}{% endfilter %}{{ i }}{% endfor %}e",
"{% generation %}a{% set y = 1 %}{{ y }}{% endgeneration %}{{ y is defined }}",
"{% for i in l %}{% generation %}{{ i }}{{ loop.index }}{% endgeneration %}{% endfor %}",
"{% generation %}{{ varargs }}{{ kwargs }}{{ caller is defined }}{% endgeneration %}", "{% macro m() %}{{ varargs }}{% generation %}{{ varargs }}{% endgeneration %}{% endmacro %}{{ m(1) }}",
"{% if 1 if 0 else 2 %}a{% endif %}", "{% if (1 if 0 else 2) %}a{% endif %}", "{% if 0 %}{% elif 1 if 1 else 2 %}a{% endif %}",
"{% for i in l %}{% generation %}{% break %}{% endgeneration %}{% endfor %}",
"  {% generation %}\n  a\n  {% endgeneration %}\n b",
"{% for m in rows %}{% if loop.changed(m.r) %}c{% endif %}{{ loop.cycle('a','b') }}{{ loop.revindex }}{{ loop.depth }};{% endfor %}",
"{% for m in [1,1,2,2,1] %}{{ loop.changed(m) }}{% endfor %}", "{% for m in [1,1] %}{{ loop.changed(m, 2) }}{{ loop.changed() }}{% endfor %}",
"{% for m in l %}{{ loop.changed(m=1) }}{% endfor %}", "{% for m in l %}{{ loop.cycle() }}{% endfor %}", "{% for m in l %}{{ loop.nonsense is defined }}{{ loop }}{% endfor %}",
"{% for m in l %}{{ loop|length }}{{ loop is iterable }}{{ loop is callable }}{{ loop['index'] }}{% endfor %}",
"{% for i in [1,[2,[3]]] recursive %}{% if i is iterable %}({{ loop(i) }}){% else %}{{ i }}:{{ loop.depth }}{% endif %}{% endfor %}",
"{% for i in l recursive %}{{ i }}{% else %}none{% endfor %}", "{% for i in l %}{{ loop([1]) }}{% endfor %}",
"{% for c in [{'n':'a','k':[{'n':'b','k':[]}]}] recursive %}<{{ c.n }}{{ loop.depth0 }}{% if c.k %}{{ loop(c.k) }}{% endif %}>{% endfor %}",
"{% for i in l %}{% continue %}{% else %}E{% endfor %}", "{% for i in l %}{% break %}{% else %}E{% endfor %}", "{% for i in l %}{% if loop.last %}{% continue %}{% endif %}{{ i }}{% else %}E{% endfor %}",
"{% for i in [] %}{% else %}{% set x = 1 %}{{ x }}{% endfor %}{{ x is defined }}",
"{% for j in l %}{% for i in [] %}{% else %}{% break %}{% endfor %}{{ j }}{% endfor %}",
"{% for x in [] %}{{ loop.index }}{% else %}{{ loop is defined }}{% endfor %}",
"{% set ns = namespace(go=true) %}{% for i in l if ns.go %}{{ i }}{% set ns.go = false %}{% endfor %}",
"{% set ns = namespace(go=true) %}{% for i in l if ns.go %}{{ i }}{{ loop.last }}{% set ns.go = false %}{% endfor %}",
"{% set ns = namespace(go=true) %}{% for i in l if ns.go %}{{ loop.length }}{{ i }}{% set ns.go = false %}{% endfor %}",
"{% for i in l if loop.first %}{{ i }}{% endfor %}", "{% for j in l %}{% for i in l if loop.first %}{{ i }}{% endfor %}{% endfor %}",
"{% for i in l|map('string') %}{{ i }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }};{% endfor %}",
"{% set g = l|map('string') %}{{ g|first }}{{ g|join }}|{{ g|join }}", "{% set g = l|select %}{{ 1 in g }}{{ g|list }}",
"{% for k, v in d|items %}{{ k }}{{ v }}{% endfor %}", "{% for k, v in d|dictsort %}{{ k }}{% endfor %}", "{% for g, items in rows|groupby('r') %}{{ g }}{{ items|length }}{% endfor %}",
"{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for a, b in [(1,)] %}{% endfor %}", "{% for a, b in ['xy', 'zw'] %}{{ a }}{{ b }}{% endfor %}",
"{% for loop in l %}{% endfor %}", "{% for true in l %}{% endfor %}", "{% for i in 1, 2, %}{{ i }}{% endfor %}", "{% for i in (1, 2) if i > 1 %}{{ i }}{% endfor %}", "{% for i in l if i > 1 else %}{% endfor %}",
"{% for i in l, %}{{ i }}{% endfor %}", "{% for i in (l if t else []) %}{{ i }}{% endfor %}", "{% for i in l if t else [] %}{{ i }}{% endfor %}",
"{% for i in 'ab' %}{% for j in i %}{{ loop.index }}{{ loop.length }}{{ j }}{% endfor %}{{ loop.index }}{% endfor %}",
"{% for i in none %}{% endfor %}", "{% for i in d.values() %}{{ i }}{% endfor %}", "{% for i in range(3)|reverse %}{{ i }}{% endfor %}", "{% for b in l|batch(2) %}{{ b }}{{ loop.last }}{% endfor %}",
"{% for i in l %}{{ y is defined }}{% set y = i %}{% endfor %}", "{% set y = 0 %}{% for i in l %}{{ y }}{% set y = i %}{{ y }}{% endfor %}{{ y }}",
"{% for i in l %}{{ n }}{% endfor %}{% set n = 'x' %}{{ n }}", "{{ n }}{% for i in l %}{{ n }}{% endfor %}{% set n = 'x' %}{{ n }}", "{% if t %}{% set n = 5 %}{% endif %}{% for i in l %}{{ n }}{% endfor %}",
"{% if not t %}{% set n = 5 %}{% endif %}{{ n }}", "{% macro m() %}{{ n }}{% endmacro %}{{ m() }}{% set n = 'x' %}{{ m() }}", "{% set n %}{{ n }}!{% endset %}{{ n }}", "{% set n = n + 1 %}{{ n }}",
"{% for i in l %}{% for j in l %}{{ n }}{% endfor %}{% set n = i %}{% endfor %}", "{% for i in l %}{% if i == 1 %}{% set n = 'x' %}{% endif %}{{ n }}{% endfor %}",
"{% with %}{{ n }}{% endwith %}{% set n = 1 %}", "{% filter upper %}{{ s }}{% endfilter %}{% set s = 1 %}", "{% if t %}{% for i in [1] %}{{ n }}{% endfor %}{% endif %}{% set n = 'x' %}", "{% set range = 5 %}{{ range }}", "{% for i in range(2) %}{{ i }}{% endfor %}{% set range = 5 %}",
"{% for n in l %}{{ n }}{% endfor %}{{ n }}", "{% for i in l %}{% set l = [] %}{{ i }}{{ l }}{% endfor %}{{ l }}",
"{#- c -#}  x", "a  {#- c -#}  x", "a\n  {#+ c +#}\n x", "{#-#}  x", "{#--#}  x", "{##}x", "a {#- -#} b", "{# a #} {# b #}\nx", "{# {{ x }} {% if %} #}y",
"{% raw -%}  a  {%- endraw %}|", "a {%- raw %} b {% endraw -%} c", "{% raw %}{% raw %}{% endraw %}", "{% raw %}{{ '{%' }}{% endraw %}", "{%- raw -%} {# x #} {%- endraw -%} y", "{% raw %}\n a\n  {% endraw %}\n b", "{% raw +%}a{% endraw %}", "{% raw %}x",
"a {{- n -}} b", "a {{+ n }} b", "a {{ n +}} b", "{{- n }}", "  {{ n }}\n  {% if t +%}\n x{% endif %}", "a\n  {%- if t %}b{% endif %}", "\t{% if t %}\tx\t{% endif %}\n y", "a {% if t %} b {% endif %}\n\n c", "x{% if t %}\n{% endif %}\ny", "\n{% if t %}\n\nx{% endif %}\n\n\n", "{{ n }}\n", "{{ n }}\n\n", "{% if t %}a{% endif %}\n", "a\u2028{% if t %}b{% endif %}", "  \u00a0 {% if t %}b{% endif %}", "a\r\n  {% if t %}\r\nb\r\n{% endif %}\r\nc\r",
"{%if t%}a{%else%}b{%endif%}", "{%- if t -%} a {%- elif n -%} b {%- endif -%} c", "{% if n == 7 -%}\n a\n{%- endif %}\n b",
"{% if undefinedx.y is defined %}{% endif %}", "{% if false %}{{ 1|nonsense }}{% endif %}ok", "{{ 1|nonsense if false else 2 }}", "{% for x in [] %}{{ x|nonsense }}{% endfor %}", "{{ 1 is nonsense if false else 2 }}", "{% if 1|nonsense %}{% endif %}",
"{% do l.append(1) %}", "{% block a %}x{% endblock %}", "{% include 'x' %}", "{% import 'x' as y %}", "{% extends 'x' %}", "{% autoescape true %}{{ '<' }}{% endautoescape %}", "{% trans %}x{% endtrans %}", "{% print 1 %}", "{% debug %}", "{% from 'x' import y %}",
"{{ '{%' }}{{ '#}' }}{{ \"}}\" }}", "{{ {'a': {'b': 'c'}}['a']['b'] }}", "{{ {} }}{{ [] }}{{ () }}", "{{ (1, 2) }}{{ (1) }}", "{{ [(1, 2), (3,)] }}", "{{ 1, }}", "{{ }}", "{{ , }}", "{{ (1 }}", "{{ [1) }}", "{{ 1 2 }}", "{{ a.b.c.d }}", "{{ 007 }}", "{{ 1__0 }}", "{{ 1. }}", "{{ .5 }}", "{{ 1.5.real }}", "{{ 0xFFFFFFFFFFFFFFFFFF }}", "{{ d.a.0 }}{{ d.a.1 }}", "{{ 'a' 5 }}", "{{ $x }}", "{{ 'a }}", "{{ a! }}", "{{ a ? b : c }}", "{{ a && b }}", "{{ a === b }}", "{{ not }}", "{{ if }}", "{{ x if }}",
"{% set j = joiner('|') %}{% for i in l %}{{ j() }}{{ i }}{% endfor %}", "{% set j = joiner() %}{{ j() }}a{{ j() }}b", "{% set c = cycler('a','b') %}{{ c.next() }}",
"{% if (1, 2) %}a{% endif %}", "{% if [] %}a{% elif {} %}b{% elif '' %}c{% elif 0 %}d{% elif 0.0 %}e{% elif none %}f{% elif () %}g{% elif undefinedx %}h{% elif range(0) %}i{% elif d.items() %}j{% endif %}",
"{% for role, group in rows|groupby('r') %}{{ role }}: {{ group|map(attribute='v')|select('defined')|list }}\n{% endfor %}",
"{% for x in l %}{{ x }}{{ ', ' if not loop.last }}{% endfor %}", "{% for x in l %}{{ loop.previtem|default('-') }}{{ loop.nextitem|default('-') }}{% endfor %}",
"{% set x = namespace(v=[]) %}{% for i in l %}{% set x.v = x.v + [i] %}{% endfor %}{{ x.v|join }}",
"{% set content = 'a</think>b' %}{{ content.split('</think>')[-1].lstrip('\\n') }}{{ content.partition('</think>')[0] }}",
"{{ raise_exception('Only ' ~ n ~ ' roles') }}",
"{% macro m(a, b, c=3) %}{{ a }}{{ b }}{{ c }}{{ varargs }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(1, *'xyz') }}{{ m(*[1], c=5) }}{{ m(*(l|map('string'))) }}{{ m(b=1, *[2]) }}",
"{{ range(*[1, 5]) }}{{ '%s' | format(*['a']) }}{{ 'abc'.replace(*('a', 'b')) }}{{ 'x' | replace(*['x', 'y']) }}", "{{ range(*[1, 2], 3) }}", "{{ range(*[1], *[2]) }}", "{{ range(*5) }}", "{{ range(*[]) }}",
"{% macro a(x, y=2, *z) %}{% endmacro %}", "{{ foo(1)(2) }}", "{{ [1, 2]()}}", "{{ 'a'() }}", "{{ none() }}", "{{ undefinedx() }}",
"{{ 'a\\\nb' }}",
]
refused={'{{ l|map }}': 'stream',
 '{{ l|map(5) }}': 'stream',
 "{{ rows|map('attr', 'r')|list }}": 'attr',
 "{{ 'ab'.encode() }}": 'encode',
 "{{ 'ab'.casefold() }}": 'casefold',
 "{{ 'ab'.expandtabs() }}": 'expandtabs',
 '{{ 9223372036854775807 + 1 }}': '64 bits',
 '{{ 9223372036854775807 * 2 }}': '64 bits',
 '{{ (-8) ** (1/3) }}': 'not a real number',
 '{{ 2 ** 63 }}': '64 bits',
 "{{ d|tojson(separators='ab') }}": 'separators',
 "{{ '%c' % 65 }}": '%c',
 "{{ '%a' % 'é' }}": '%a',
 "{{ '{!a}'.format('a') }}": '!a',
 "{{ '{:.3}'.format(3.14159) }}": 'precision',
 "{{ '{:{}}'.format('a', 5) }}": 'field',
 "{{ '{:c}'.format(65) }}": "'c'",
 "{{ '{:n}'.format(65) }}": "'n'",
 "{{ '{:>{w}}'.format('a', w=3) }}": 'field',
 "{{ ('%s'|safe) % '<' }}": 'safe',
 "{{ ('<a>'|safe).replace('a', '<') }}": 'replace',
 "{{ ('%s'|safe)|format('<') }}": 'format',
 "{{ 'abc'|wordwrap(2) }}": 'wordwrap',
 "{{ 'abc'|urlize }}": 'urlize',
 "{{ 'abc'|pprint }}": 'pprint',
 "{{ 'abc'|random }}": 'random',
 "{{ 'a b'|urlencode }}": 'urlencode',
 "{{ 'abc'|striptags }}": 'striptags',
 '{{ 5|filesizeformat }}': 'filesizeformat',
 "{{ {'a':1}|xmlattr }}": 'xmlattr',
 "{{ 'abc'['a':] }}": 'slice',
 "{{ 'abc'[1.5:] }}": 'slice',
 '{{ none[1:] }}': 'slice',
 '{{ l[0,1] }}': "','",
 '{{ {1:2} }}': 'key',
 '{{ {none:1} }}': 'key',
 '{{ dict(**d) }}': "'**'",
 '{{ n.real }}': 'real',
 '{{ n.bit_length() }}': 'bit_length',
 '{{ f.is_integer() }}': 'is_integer',
 '{{ lipsum(1) }}': 'lipsum',
 "{{ 'x'|attr('y') }}": 'attr',
 '{% block a %}x{% endblock %}': 'block',
 "{% autoescape true %}{{ '<' }}{% endautoescape %}": 'autoescape',
 '{% print 1 %}': 'print',
 '{{ 1.5.real }}': 'real',
 '{{ 0xFFFFFFFFFFFFFFFFFF }}': '64 bits',
 "{% set c = cycler('a','b') %}{{ c.next() }}": 'cycler',
 '{{ self is defined and self.x }}': 'attribute'}
cases=[("{{ "+x.replace('\\\\','\\')+" }}") for x in exprs]+stmts+["{{ "+x+" }}" for x in more]+more_stmts+list(refused)
out=[]
for c in dict.fromkeys(cases):
    if c in refused:
        out.append({'template':c,'refused':refused[c]})
        continue
    try: r={'template':c,'rendered':env.from_string(c).render(messages=[1],**copy.deepcopy(V))}
    except Exception as ex: r={'template':c,'error':type(ex).__name__}
    assert ' object at 0x' not in r.get('rendered',''), c
    out.append(r)
print(json.dumps({'made_with':'template-language.py, jinja2 '+jinja2.__version__,'variables':V})[:-1]+',\n"cases": [\n'+',\n'.join(map(json.dumps,out))+'\n]}')
