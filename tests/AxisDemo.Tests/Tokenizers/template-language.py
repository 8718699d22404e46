"""Writes template-language.json: what Jinja makes of small templates, set up as chat templates are rendered (trim_blocks, lstrip_blocks,
loopcontrols, tojson as plain json.dumps). python3 template-language.py > template-language.json, with jinja2 3.1.6."""
import json
import jinja2, jinja2.ext, jinja2.sandbox

def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
env=jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True,lstrip_blocks=True,extensions=[jinja2.ext.loopcontrols])
env.filters['tojson']=tojson
def raise_exception(m): raise jinja2.exceptions.TemplateError(m)
env.globals['raise_exception']=raise_exception
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
cases=[("{{ "+x.replace('\\\\','\\')+" }}") for x in exprs]+stmts
out=[]
for c in cases:
    try: r={'template':c,'rendered':env.from_string(c).render(messages=[1],**V)}
    except Exception as ex: r={'template':c,'error':type(ex).__name__}
    out.append(r)
print(json.dumps({'made_with':'template-language.py, jinja2 '+jinja2.__version__,'variables':V})[:-1]+',\n"cases": [\n'+',\n'.join(map(json.dumps,out))+'\n]}')
