"""Renders small templates with Python Jinja2, set up as for chat templates, and writes what it made of them.

    pip install jinja2
    python3 language.py

writes language.json beside this file: the variables, the clock, and for each template the text, or that it fails.
"""

import datetime
import json
import pathlib

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2026, 3, 9, 8, 5, 7)

VARIABLES = {
    "s": "Hello wörld",
    "e": "😀a😀b",
    "n": 5,
    "f": 2.5,
    "z": 0,
    "neg": -3,
    "t": True,
    "no": False,
    "nul": None,
    "l": [
        1,
        2,
        3,
        4
    ],
    "ls": [
        "b",
        "A",
        "c"
    ],
    "d": {
        "b": 1,
        "a": [
            1,
            "x"
        ],
        "items": 9,
        "k": None
    },
    "m": [
        {
            "role": "user",
            "content": "hi",
            "n": 2
        },
        {
            "role": "assistant",
            "content": "yo",
            "n": 1
        },
        {
            "role": "user",
            "content": None
        }
    ],
    "empty": "",
    "el": [],
    "ed": {},
    "h": "<b>&'\"",
    "big": 12345678901234567890,
    "sp": "  x \n",
    "fl": [
        1.5,
        1e-07,
        1e+16,
        123456789.0,
        0.1,
        1e+22,
        -0.0,
        1e+300
    ],
    "nest": [
        [
            1,
            [
                2,
                {
                    "q": "it's"
                }
            ]
        ],
        "a\"b'c",
        "x\n\t\\‍ é"
    ],
    "html": "<p>a &amp; b</p>  <!-- c --> d"
}

EXPRESSIONS = r'''
s|upper
s|length
e|length
e[0]
e[-2]
e[1:3]
e[::-1]
s[::-1]
s[100]
s[2:]
s[:-2]
s[-100:3]
s[5:2]
l[::2]
l[::-1]
l[3:0:-2]
l[-1]
l[10]
l[true]
l[1.0]
l["x"]
l[:2] + l[2:]
(1,2) + (3,)
(1,2)[0]
()
(1,)
[1,"a",none,true,1.0,{"a":1}]
{"a":1,2:"b",none:none,true:0}
{1:1}[1.0]
{1:1}[true]
nest
fl
fl|tojson
d
d|tojson
d.items()
d["items"]
d.items()|list
d.keys()
d.values()|list
d.get("zz")
d.get("zz",7)
d.get("b",7)
d.a
d.copy()
d.pop
d.pop("a")
d.update
d.update({})
l.append(1)
l.append is defined
l.index(3)
l.index(9)
l.count(2)
l.copy()
l.pop()
nul.x
nul["x"]
nul
t
no
n
f
n + f
n / 2
n // 2
neg // 2
neg % 5
n % -3
-f % 2
2 ** 10
2 ** -1
2 ** 0.5
2 ** 3 ** 2
-2 ** 2
n / 0
n // 0
n % 0
f / 0
1 + true
"a" * 3
3 * "a"
l * 2
"a" * -1
"a" + 1
l + "a"
"a" + nul
n - "a"
big + 1
big * big
9223372036854775807 + 1
-9223372036854775808
1e3
1_000
0x1F
0b101
0o17
1.5e-10
10/4
7//2.0
-7//2.0
7.5%2
-7.5%2
1 + 2 ~ 3
"a" ~ 1 + 2
1 ~ 2
nul ~ undefinedthing ~ 1
"a" "b"
'it\'s'
"\x41\u00e9\101\n\q"
1 < 2 < 3
1 < 3 < 2
3 > 2 >= 2
"a" < "b"
"a" < 1
[1,2] < [1,3]
(1,2) < (1,)
1 == 1.0
1 == true
"1" == 1
[1] == (1,)
[1,2] == [1,2]
{"a":1} == {"a":1.0}
none == false
undefinedthing == undefinedthing
undefinedthing == none
undefinedthing
undefinedthing.x
undefinedthing + 1
undefinedthing and 1
undefinedthing or 1
not undefinedthing
undefinedthing|length
undefinedthing|list
undefinedthing|default("q")
undefinedthing|d("q")
nul|default("q")
nul|default("q", true)
""|default("q", boolean=true)
""|default
"lo" in s
"x" not in s
1 in l
"b" in d
1 in s
1 in nul
1 in 5
"a" in undefinedthing
not "x" in s
not x is defined
not s is defined
s is defined and nul is none
s is string
nul is string
n is number
t is number
t is integer
n is integer
f is float
t is boolean
d is mapping
l is mapping
l is sequence
s is sequence
d is sequence
nul is sequence
undefinedthing is sequence
l is iterable
s is iterable
n is iterable
d.items() is iterable
d.items() is sequence
nul is none
nul is not none
n is odd
n is even
n is divisibleby 5
n is divisibleby(2)
s is lower
"abc" is lower
"ABC" is upper
n is eq 5
n is equalto(5)
n is ne 4
n is lt 6
n is gt(6)
n is in l
"b" is in ls
n is sameas 5
t is sameas true
t is true
no is false
n is true
namespace is callable
s is callable
h is escaped
h|e is escaped
"upper" is filter
"defined" is test
n is undefined
undefinedthing is undefined
"a" if t
"a" if no
"a" if no else "b"
("a" if no) is defined
"a" if no else "b" if no else "c"
true and 0
"" or "x"
nul and 1
l and "y"
not l
-n|abs
-5|abs
(-5)|abs
+n
-"a"
nul|trim
nul|upper
nul|length
n|length
nul|list
nul|join
l|join
l|join(", ")
m|join(",", attribute="role")
m|join(",", "content")
ls|sort
ls|sort(case_sensitive=true)
ls|sort(reverse=true)
m|sort(attribute="n")
m[:2]|sort(attribute="n")
m[:2]|sort(attribute="n,role")|map(attribute="n")|list
l|first
l|last
el|first
el|last
s|first
s|last
d|first
d|last
l|reverse|list
s|reverse
l|sum
m[:2]|sum(attribute="n")
fl[:2]|sum
l|sum(start=10)
l|max
ls|min
ls|max
el|max
d|dictsort
{"B":1,"a":2}|dictsort
{"B":1,"a":2}|dictsort(true)
{"B":1,"a":2}|dictsort(by="value", reverse=true)
l|dictsort
d|items|list
l|items|list
undefinedthing|items|list
l|batch(3)|list
l|batch(3,"x")|list
l|slice(3)|list
l|slice(3,"x")|list
["a","A","b"]|unique|list
["a","A","b"]|unique(true)|list
m|groupby("role")
m|groupby("role")|map(attribute="list")|list
(m|groupby("role"))[0].grouper
m|map(attribute="role")|list
m|map(attribute="zz", default="Q")|list
m|map(attribute="zz")|list
ls|map("upper")|list
ls|map("replace","b","z")|join
m|selectattr("role","equalto","user")|list|length
m|selectattr("role","equalto","user")|length
m|selectattr("role","eq","user")|map(attribute="content")|list
m|selectattr("content")|list
m|rejectattr("content")|list
m|rejectattr("role","in",["user"])|list
l|select("odd")|list
l|reject("odd")|list
l|select|list
[0,1,""]|select|list
l|select("gt",2)|first
l|select("odd")|tojson
"yes" if l|select("gt", 100) else "no"
(l|map("string"))[0]
nul|select|list
s|title
"they're bill's friends (a-b)"|title
s|capitalize
"HELLO wORLD"|capitalize
s|lower
sp|trim
sp|trim|length
"xxaxx"|trim("x")
s|center(20)
"ab"|center(5)
"abc"|center(6)
s|replace("l","L")
s|replace("l","L",1)
s|replace("","-")
n|replace("5","6")
"a\nb\n\nc"|indent
"a\nb\n\nc"|indent(2,true)
"a\nb\n\nc"|indent(2,first=true,blank=true)
"a\nb"|indent("> ")
n|indent
undefinedthing|indent
"foo bar baz qux"|truncate(9)
"foo bar baz qux"|truncate(9, true)
"foo bar baz qux"|truncate(11)
"foo bar baz qux"|truncate(9, true, "...", 0)
"foo bar"|truncate(2)
"a b c"|wordcount
"%s and %d"|format("x", 3)
"%(a)s"|format(a=3)
"%s" % "x"
"%s %s" % ("x", nul)
"%5d|%-5d|%05d|%+d" % (n,n,n,n)
"%.2f %e %g %G" % (f, f, 1e-10, 1e20)
"%x %X %o %#x" % (255,255,8,255)
"%r %s" % ("a'b", l)
"%c%c" % ("x", 65)
"%%"  % ()
"%d" % "x"
"%d" % 3.9
"%s" % (1,2)
"%s %s" % 1
"x" % 1
"x" % l
"%(a)s" % {"a": 1}
"%10.3s|" % "abcdef"
"%*d" % (5, 3)
"%s" % ""
"{} {}".format(1, "a")
"{0} {1} {0}".format(1, "a")
"{a} {b[0]} {c.role}".format(a=1,b=l,c=m[0])
"{:>10}|{:<5}|{:^7}|{:*^9}".format("a","b","c","d")
"{:05d} {:,} {:.2f} {:e} {:%}".format(42, 1234567, 3.14159, 12345.678, 0.25)
"{:x} {:#x} {:b} {:o} {:+d}".format(255,255,5,8,3)
"{!r} {!s}".format("a","b")
"{{}}".format()
"{".format()
"{:{w}}|".format("a", w=5)
"{:10.3f}|{:<10.2f}|{:g}".format(3.14159, 2.5, 1e10)
"{:_} {:n}".format(1234567, 5)
"{}".format(f)
"{:.3}".format(3.14159)
"{:.3}".format("abcdef")
"{:d}".format("a")
"{x}".format_map({"x": 3})
s.upper()
s.lower()
"ß".upper()
"ǆ".title()
s.title()
"they're".title()
s.capitalize()
s.swapcase()
"Straße".casefold()
s.split()
s.split("l")
s.split("l", 1)
s.split(maxsplit=1)
"a,b,,c".split(",")
"a,b,,c".rsplit(",", 1)
"  a  b  ".split()
"  a  b  ".split(none, 1)
"  a  b  ".rsplit(none, 1)
"".split()
"".split(",")
"a".split("")
"a\nb\r\nc\x0bd\u2028e\n".splitlines()
"a\nb\r\nc".splitlines(true)
"a-b-c".partition("-")
"a-b-c".rpartition("-")
"abc".partition("x")
"abc".rpartition("x")
",".join(ls)
",".join(l)
",".join("abc")
s.startswith("He")
s.startswith(("x","He"))
s.startswith("l", 2)
s.endswith("d")
s.endswith("d", 0, -1)
s.find("o")
s.find("zz")
e.find("b")
e.rfind("😀")
s.rfind("l")
s.index("w")
s.index("zz")
s.count("l")
s.count("")
e.count("😀")
"aaa".count("aa")
s.replace("l", "")
"aaa".replace("a","b",2)
sp.strip()
"xxhixx".strip("x")
"xyhiyx".lstrip("yx")
"xyhiyx".rstrip("yx")
"42".zfill(5)
"-42".zfill(5)
"a".ljust(3,"*")
"a".rjust(3)
"ab".center(5, "*")
"abc".center(6,"*")
"a\tb".expandtabs(4)
"prefixab".removeprefix("prefix")
"absuffix".removesuffix("suffix")
"abc1".isalnum()
"abc".isalpha()
"12".isdigit()
"²".isdigit()
"½".isnumeric()
"12".isdecimal()
" \t".isspace()
"".isspace()
"Abc Def".istitle()
"ABC".isupper()
"abc".islower()
"a_1".isidentifier()
"é".isascii()
"a\n".isprintable()
s.nosuch
s.nosuch()
s.__class__
s.__class__.__mro__
s["upper"]()
d["get"]("b")
h|e
h|safe
h|safe + "<"
"<" + h|safe
"<" ~ h|safe
[h|safe, "<"]|join
("<"|safe).join(["<", "a"])
("%s"|safe) % "<"
("<b>"|safe).upper() + "<"
("<b>"|safe)|upper + "<"
("a<b"|safe)|replace("a","<")
("a<b"|safe).replace("a","<")
("ab"|safe)[0] + "<"
("a b"|safe).split()
("a b"|safe)
[("a b"|safe)]
("ab"|safe)|string + "<"
("ab"|safe) == "ab"
("ab"|safe) is string
("ab"|safe)|tojson
("ab"|safe)|trim + "<"
h|forceescape
html|striptags
(h|safe)|length
"x"|safe * 2
d|tojson(indent=2)
nest|tojson
nest|tojson(ensure_ascii=true)
d|tojson(sort_keys=true)
d|tojson(separators=(",",":"))
d|tojson(indent=4, sort_keys=true, separators=(", ", " : "))
el|tojson(indent=2)
[[],{},[1]]|tojson(indent=1)
[1]|tojson(indent=0)
[1,[2]]|tojson(indent="--")
undefinedthing|tojson
range(3)|tojson
(1,2)|tojson
{1:2,none:3,true:4,1.5:5}|tojson
"\x00\x1f\x7f\u2028😀/</script>"|tojson
"\x00\x1f\x7f\u2028😀/</script>"|tojson(ensure_ascii=true)
range(3)
range(1,10,3)|list
range(5,0,-2)|list
range(3)[1]
range(10)[2:4]|list
range(3)|length
range(0)|list
range(1000000)
2 in range(3)
range(3) is sequence
dict(a=1,b=2)
dict([("a",1)], c=2)
dict(d)
namespace(a=1).a
namespace(a=1).b
namespace({"a":2}).a
"3"|int
"3.7"|int
"x"|int
"x"|int(5)
"0x1f"|int(base=16)
"1_000"|int
3.9|int
-3.9|int
nul|int
t|int
undefinedthing|int
"3.5"|float
"x"|float
"1e3"|float
" 4 "|float
"inf"|float
nul|float
2.5|round
3.5|round
2.675|round(2)
n|round
1234|round(-2)
2.1|round(method="ceil")
2.9|round(0,"floor")
2.12345|round(3,"floor")
n|string
l|string
s|list
d|list
d|length
l|count
f|abs
d|attr("b")
strftime_now("%Y-%m-%d %H:%M:%S %y %b %B %a %A %j %p %I %-d %e %U %W %w %u %V %G %F %T %D %R %% %Z|%z|%f %c %x %X %h %-m %-H %C %n%t%r")
strftime_now("%d %b %Y")
raise_exception("boom")
raise_exception(5)
nosuch()
s()
nul()
n.x
s.x.y
l.0
l.x
m.0.role
m[0].role
m[0]["role"]
m[0]['role'] == 'user' and m|length > 2
m[-1].content
m[-1].content.strip()
m[1:]|length
{"a":1}.a
{"a":{"b":[1,2]}}.a.b[1]
[1,2,3][1:][0]
"abc"[1]
"abc"[1:].upper()
[l, s]
[[1]] + [[2]]
not true or true
not (true and false)
1 if true else 2 + 3
2 * 3 + 4 * 5
2 + 3 * 4
(2 + 3) * 4
10 - 2 - 3
100 / 10 / 2
7 % 4 * 2
1 in [1] == true
1 == 1 in [true]
l == l|list
"a" in "abc" and "b" in "abc"
"a" is in "abc"
nul is none and 1 or 2
1.0
1.50
100000000000000000000.0
1e15
1e16
1.0e-4
1.0e-5
0.1 + 0.2
1/3
3.0 * 2
5 // 1
1e308 * 10
-0.0
2 ** 100
2 ** 0
0 ** 0
7 // -2
-7 // -2
-7 % -3
7 % -3.5
1 < 1.5
true < 2
nul < 1
1 < nul
"é" < "z"
"😀" > "￿"
"a" == "a"|safe
cycler("a","b").next()
joiner("|")()
loop
caller
'a' 'b' ~ 'c'
"a"|upper|lower|title
"a" | upper ~ "b" | upper
[1,2]|join("-") ~ "x"
-1 if false else -2
[*l]
dict(**d)
s|upper()
s|nosuchfilter
s is nosuchtest
l|map("nosuch")|list
l|select("nosuch")|list
l|map(attribute=none)|list
s|replace
s|tojson(nosuch=1)
m[0]|tojson
"a" if s is string else s|nosuch
1 is string is defined
{} is mapping
l|length is number
l|length > 3
d.a[1] is string
not l is string
l is not string
s|length % 2 == 1
(s|length) ~ "x"
[none, undefinedthing]
{"x": undefinedthing}
[undefinedthing]|tojson
"a" "b"|upper
loop is defined
True and False
None
"tab\there"
'\N{BULLET}'
"abc" [1]
l [0]
s . upper ()
[1,2,]
{"a":1,}
(1,2,)
l[1:3:1]
l[::]
l[:]
l[None:2]
l["a":2]
nul[1:]
n[0]
d[0]
d[l]
d[1:2]
d[none]
{l:1}
{(1,2):3}[(1,2)]
"x" in (1,"x")
d|list|sort
d.items()|sort
d.items()|list|sort|tojson
d|dictsort|tojson
l|list == l
s|e == s
"<"|e == "<"
"<"|e
"<"|e|e
"<"|e|string|e
m|selectattr("nosuch")|list
m|selectattr("nosuch","defined")|list
m|map(attribute="role")|unique|list
m|map(attribute="role")|join(", ")
m|map("length")|list
["1","2"]|map("int")|sum
[3,1,2]|sort|first
[3,1,2]|sort(reverse=true)|join(",")
[[2,"b"],[1,"a"]]|sort
[1,"a"]|sort
[1,none]|max
ls|sort|last
"b,a"|replace(",","")|list|sort|join
[1,2,3]|batch(2)|map("join","-")|join("|")
"hello world"|title|replace(" ","")
s|wordcount
"a"|center
'%05.1f|%+.3e' % (3.14159, 12345.678)
'%i' % true
'%s' % undefinedthing
'%s' % d
'%(b)s %(a)s' % d
'%5s|%-5s|' % ('a','b')
'%.0f %.0f %.0f' % (0.5, 1.5, 2.5)
'%g %g %g %g' % (100000, 1000000, 0.0001, 0.00001)
'%#g' % 1.0
'%s' % (l,)
'%d%%' % 50
'%z' % 1
'%' % 1
7 % 3.5
range(2305843009213693951, 2305843009213693954)|list|length
"abc".ljust(-5)
"%*d" % (-5, 3) ~ "|"
ls|truncate(3)
nul|truncate(3)
"{:c}".format(97)
"%s"|format
{true: 1}[1]
{1: "a", true: "b"}
(1,2)|first
m|map(attribute=none)|list
"aXbX".split("X")
"\t a \n"|trim
"a"|e is escaped
[3,1,2]|max
d|min
"x"|list
"ab"|map("upper")|join
{"a":1}|items|list
"é".upper() ~ "É".lower()
s[1:3] ~ s[-3:]
e[1] ~ e[-1]
e[::2]
"\ud83d"|length if false else 1
not undefinedthing and not nul
l[-10:10]
l[10:]
"abc"[5:]
[1,2] == (1,2)
(1,2) == (1,2)
{} == {}
"1" < "2"
none is sameas none
1 is sameas true
[] is sameas []
'''

TEMPLATES = [
    "{% set x = 1 %}{% for i in [1,2] %}{{ x }}{% set x = i + 5 %}{{ x }}{% endfor %}{{ x }}",
    "{% if t %}{% set x = 1 %}{% endif %}{{ x }}",
    "{% if no %}{% set s = 1 %}{% endif %}{{ s }}",
    "{% for m in [1] %}[{{ s }}]{% endfor %}{% set s = 1 %}",
    "{{ s }}{% for m in [1] %}[{{ s }}]{% endfor %}{% set s = 1 %}{{ s }}",
    "{% for i in l %}{% if i == 2 %}{% set y = i %}{% endif %}{{ y }},{% endfor %}{{ y }}",
    "{% macro f() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ f() }}",
    "{% macro f(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }}{{ f(1, c=9) }}{{ f() }}|{{ f(b=1,a=2) }}",
    "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1,2) }}",
    "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(z=2) }}",
    "{% macro f(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1,2,3,z=2) }}",
    "{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}x{{ s }}{% endcall %}",
    "{% macro f(l) %}{% for i in l %}{{ caller(i, loop.index) }};{% endfor %}{% endmacro %}{% call(a,b=7) f(l) %}{{ a }}-{{ b }}{% endcall %}",
    "{% macro f() %}{{ caller() }}{% endmacro %}{{ f() }}",
    "{% macro f() %}{{ caller is defined }}{% endmacro %}{{ f() }}",
    "{% macro f(x, caller=none) %}{{ caller }}{% endmacro %}{{ f(1) }}",
    "{% macro f(x, caller) %}{{ caller() }}{% endmacro %}{{ f(1) }}",
    "{% macro f() %}{% set q = 1 %}{{ q }}{% endmacro %}{{ f() }}{{ q }}",
    "{% macro f(x) %}{% if x > 0 %}{{ x }}{{ f(x-1) }}{% endif %}{% endmacro %}{{ f(5) }}",
    "{{ f(1) }}{% macro f(x) %}{{ x }}{% endmacro %}",
    "{% macro f(x) %}{{ x }}{% endmacro %}{{ f }}{{ f.name }}{{ f.arguments }}{{ f.catch_kwargs }}",
    "{% macro a() %}{% macro b() %}{{ z }}{% endmacro %}{% set z = 3 %}{{ b() }}{% endmacro %}{{ a() }}{{ b }}",
    "{% for i in l %}{% macro g() %}{{ i }}{% endmacro %}{{ g() }}{% endfor %}",
    "{% set ns = namespace(x=0) %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}",
    "{% set d.x = 1 %}",
    "{% set zz.x = 1 %}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}",
    "{% set (a, b) = (1, 2) %}{{ a }}{{ b }}",
    "{% set a, b = [1] %}",
    "{% set a, b = [1,2,3] %}",
    "{% set a, b = 'xy' %}{{ a }}{{ b }}",
    "{% set x = 1, 2 %}{{ x }}",
    "{% set x %}abc{{ n }}{% endset %}[{{ x }}]{{ x is string }}",
    "{% set x | upper | replace('A','-') %}abc{% endset %}{{ x }}",
    "{% set x %}{% set y = 1 %}{% endset %}{{ y }}",
    "{% filter upper %}abc{{ s }}{% endfilter %}",
    "{% filter replace('a', 'b')|upper %}aaa{% set q = 1 %}{{ q }}{% endfilter %}{{ q }}",
    "{% with %}{% set a = 1 %}{{ a }}{% endwith %}{{ a }}",
    "{% with a = 1, b = s %}{{ a }}{{ b }}{% endwith %}{{ a }}",
    "{% with a = 1 %}{% with b = a %}{{ b }}{% endwith %}{% endwith %}",
    "{% for i in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}",
    "{% for i in l %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }};{% endfor %}",
    "{% for i in l %}{{ loop.cycle('a','b') }}{% endfor %}",
    "{% for i in [1,1,2,2,1] %}{{ loop.changed(i) }} {% endfor %}",
    "{% for i in l if i % 2 == 0 %}{{ i }}{{ loop.index }}/{{ loop.length }}{{ loop.last }} {% endfor %}",
    "{% for i in l if i > 100 %}x{% else %}none{% endfor %}",
    "{% for i in [] %}x{% else %}none{% endfor %}",
    "{% for i in l %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for i in [1] %}{% continue %}{% else %}E{% endfor %}",
    "{% for i in [1,2] %}{% break %}{% else %}E{% endfor %}",
    "{% for i in [1,2] %}{% if i==2 %}{% break %}{% endif %}{% else %}E{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in d %}{{ k }}{% endfor %}",
    "{% for k, v in d %}{{ k }}{% endfor %}",
    "{% for c in e %}{{ c }}|{% endfor %}",
    "{% for i in nul %}{% endfor %}",
    "{% for i in undefinedthing %}x{% else %}y{% endfor %}",
    "{% for i in 5 %}{% endfor %}",
    "{% for x in [1,[2,[3]],4] recursive %}{{ loop.depth }}{% if x is sequence %}({{ loop(x) }}){% else %}{{ x }}{% endif %}{% endfor %}",
    "{% for x in [1,[2,3]] recursive %}{% if x is iterable %}{{ loop(x) }}{% else %}{{ x }}{% endif %}{% else %}none{% endfor %}",
    "{% for a in l %}{% for b in l %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% for a in l %}{% set o = loop %}{% for b in [1] %}{{ o.index }}{% endfor %}{% endfor %}",
    "{% for a in l %}{% for b in [1] %}{{ a }}{% set a = 9 %}{{ a }}{% endfor %}{{ a }};{% endfor %}",
    "{% for loop in l %}{% endfor %}",
    "{% for a in l %}{% set loop = 1 %}{% endfor %}",
    "{% for x in m|selectattr('role','equalto','user') %}{{ x.content }}{{ loop.length }}{{ loop.index }}{% endfor %}",
    "{% set g = l|map('string') %}{{ g|list }}{{ g|list }}",
    "{% set g = l|select('odd') %}{% for x in g %}{{ x }}{% endfor %}{% for x in g %}{{ x }}{% endfor %}",
    "{% generation %}abc{% set q = 1 %}{% endgeneration %}{{ q }}",
    "{% for x in l %}{% generation %}{{ x }}{{ loop.index }}{% endgeneration %}{% endfor %}",
    "{% raw %}{{ x }}{% endraw %}",
    "{% raw -%}  {{ x }}  {%- endraw %} y",
    "a\n{% raw %}\n x\n{% endraw %}\nb",
    "a  {%- raw %} x {% endraw -%}  b",
    "{# comment #}a{#- x -#} b",
    "a\n  {# c #}\nb",
    "a {#- c #} b {# d -#} c",
    "{#{{ x }}#}y",
    "a\n  {% if t %}\n  b\n  {% endif %}\nc",
    "a\n  {%+ if t %}\n  b\n  {%+ endif +%}\nc",
    "a\n  {%- if t -%}\n  b\n  {%- endif -%}\nc",
    "  {% if t %}x{% endif %}  ",
    "  {{ n }}  \n",
    "  {{- n -}}  \n x",
    "x {{+ n }} y",
    "a{% if t +%}\nb{% endif %}",
    "a\r\nb\r{{ n }}\r\n",
    "a\n\n",
    "\n{% if t %}\n\n{% endif %}\n",
    "\t {% set x = 1 %}  \n  {{ x }}",
    "x   {% set x = 1 %}\ny",
    "\u00a0{%- if t %}x{% endif %}",
    "\n\u00a0{% if t %}x{% endif %}",
    "{{ '{{' }}{{ '}}' }}{{ '%}' }}",
    "{{ {'a': {'b': 1}} }}",
    "{{ {'a': {'b': 1}}['a']['b']}}",
    "{% set x = {'a': 1} %}{{ x.a }}",
    "{% print 1, 2 %}",
    "{% if a %}1{% elif n %}2{% else %}3{% endif %}",
    "{% if a %}1{% elif a %}2{% elif a %}x{% else %}3{% endif %}",
    "{% if a %}{% set q=1 %}{% elif n %}{% set q=2 %}{% else %}{% set q=3 %}{% endif %}{{ q }}",
    "{% for i in [1,2] %}{% if i==1 %}{% set s = 'in' %}{% endif %}{{ s }};{% endfor %}",
    "{% set s = s + '!' %}{{ s }}",
    "{% for i in [1,2] %}{% set s = s ~ i %}{{ s }};{% endfor %}",
    "{% set l = l[1:] %}{% for i in l %}{{ i }}{% endfor %}",
    "{% if l[0] == 1 %}{% set lm = l[1:] %}{% set sm = l[0] %}{% else %}{% set lm = l %}{% endif %}{% for i in lm %}{{ i }}{% endfor %}{{ sm }}",
    "{% macro f(x) %}{{ s }}{% set s = x %}{{ s }}{% endmacro %}{{ f(1) }}{{ s }}",
    "{% set s = 'q' %}{% macro f() %}{{ s }}{% endmacro %}{{ f() }}{% set s = 'r' %}{{ f() }}",
    "{% call undefinedthing() %}x{% endcall %}",
    "{% call s.upper() %}x{% endcall %}",
    "{% nosuchtag %}",
    "{% include 'x' %}",
    "{% if %}{% endif %}",
    "{% for x %}{% endfor %}",
    "{% if t %}",
    "{% endif %}",
    "{{ }}",
    "{{ x",
    "{% set x",
    "{# x",
    "{% raw %}x",
    "{{ 'x }}",
    "{{ x } }}",
    "{{ (x }}",
    "{{ x) }}",
    "{{ x ] }}",
    "{{ 1 2 }}",
    "{{ x y }}",
    "{% break %}",
    "{% for x in l %}{% macro f() %}{% break %}{% endmacro %}{% endfor %}",
    "{% for x in l %}{% filter upper %}a{% if x == 2 %}{% break %}{% endif %}{{ x }}{% endfilter %}{% endfor %}!",
    "{% for x in l %}{% set y %}a{% if x == 2 %}{% continue %}{% endif %}{{ x }}{% endset %}{{ y }}{% endfor %}!",
    "{% set true = 1 %}",
    "{% set 1 = 1 %}",
    "{% set x.y.z = 1 %}",
    "{% macro f(a=1, b) %}{% endmacro %}",
    "{{ f(a=1, 2) }}",
    "{{ f(*l, **d) }}",
    "{{ dict(*[[('a',1)]], **{'b':2}) }}",
    "{{ x is defined is defined }}",
    "{{ @ }}",
    "{{ x ? }}",
    "{{ x | }}",
    "{{ x. }}",
    "{{ x[] }}",
    "{{ not }}",
    "{% do x %}",
    "{% if t %}{{ s|nosuch }}{% endif %}",
    "{% if no %}{{ s|nosuch }}{% endif %}ok",
    "{% if no %}{% for x in l %}{{ s|nosuch }}{% endfor %}{% endif %}ok",
    "{% for x in l %}{% if no %}{{ s|nosuch }}{% endif %}{% endfor %}ok",
    "{% macro f() %}{{ s|nosuch }}{% endmacro %}ok",
    "{{ x|nosuch if no else 1 }}",
    "{% if no %}{{ s is nosuch }}{% endif %}ok",
    "{% set f = s.upper %}{{ f() }}",
    "{% set f = d.get %}{{ f('b') }}",
    "{% set j = joiner(', ') %}{% for i in l %}{{ j() }}{{ i }}{% endfor %}",
    "{% set c = cycler('a','b') %}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.next() }}{{ c.reset() }}{{ c.current }}",
    "{{ loop.index }}",
    "{% for i in l if loop.index %}{{ i }}{% endfor %}",
    "{% for a, b in [(1,2),[3,4],'xy'] %}{{ a }}{{ b }}{% endfor %}",
    "{% for a, (b, c) in [(1,(2,3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for (a, b) in [(1,2)] %}{{ a }}{{ b }}{% endfor %}",
    "{% for a, b in [(1,2,3)] %}{% endfor %}",
    "{% for i in 1, 2, 3 %}{{ i }}{% endfor %}",
    "{% for i in l if i if true else false %}{{ i }}{% endfor %}",
    "{% for i in (l if t else el) %}{{ i }}{% endfor %}",
    "{% set x = [] %}{% for i in l %}{% set x = x + [i] %}{% endfor %}{{ x }}",
    "{% set x = 'a' if t %}{{ x }}{% set y = 'a' if no %}[{{ y }}]",
    "{%- set x = 5 -%}\n\n {{- x }}",
    "{%if t%}a{%endif%}",
    "{%-if t-%} a {%-endif-%}",
    "{{ns}}{%set ns=namespace(a=1)%}{{ns.a}}",
    "{{ range(3)|join(',') }}{% for i in range(2,4) %}{{ i }}{% endfor %}",
    "{% for m in m %}{{ m.role }}{% endfor %}{{ m|length }}",
    "{% for m in m %}{% for m in [1] %}{{ m }}{% endfor %}{{ m.role }}{% endfor %}",
    "{% macro m2(x) %}{% for i in x %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}{% endmacro %}{{ m2(l) }}{{ m2(x=ls) }}",
    "{{ raise_exception('a' ~ n) }}",
    "{% if n > 3 %}{{ raise_exception('Only ' + n|string) }}{% endif %}",
    "{% set x = [1,2] %}{{ x.append(3) }}",
    "{% set _ = l.append(3) %}",
    "{% set loop = 5 %}{{ loop }}{% for i in [1] %}{{ loop.index }}{% endfor %}{{ loop }}",
    "{% macro f() %}{% for i in l %}{{ i }}{{ caller() }}{% endfor %}{% endmacro %}{% for z in [1,2] %}{% call f() %}{{ z }}{% endcall %}{% endfor %}",
    "{% macro f() %}{{ varargs|length }}{% endmacro %}{{ f(1,2) }}",
    "{% macro a(x) %}[{{ x }}:{{ caller() if caller else 'no' }}]{% endmacro %}{{ a(1) }}{% call a(2) %}y{% endcall %}",
    "{% macro f(x) %}{{ x|safe }}{% endmacro %}{{ f('<') + '<' }}",
    "{% set x %}<{% endset %}{{ x + '<' }}",
    "{% set a = 1 %}{% set b = a %}{% set a = 2 %}{{ a }}{{ b }}",
    "{% if 'x' is in s %}a{% endif %}{% if s is in ['x'] %}{% endif %}b",
    "{% set x = {} %}{% set x = dict(x, **{'a': 1}) %}{{ x }}",
    "{% for i in l -%}\n  {{ i }}\n{%- endfor %}",
    "{{ (1,2)|join }}{{ ((1,2),(3,4))|map('last')|list }}",
    "{{ l[1:]|first }}{{ l[:-1]|last }}{{ (l|reverse|list)[0] }}",
    "{% for i in l|reverse %}{{ i }}{{ loop.last }}{{ loop.length }}{% endfor %}",
    "{% for i in l|batch(2) %}{{ i|join('-') }}{{ loop.last }};{% endfor %}",
    "{% set x = l|list %}{{ x is iterable and x is not string and x is not mapping }}",
    "{{ 'a\\'b' }}{{ \"a\\\"b\" }}{{ 'a\\\\b' }}",
    "{{ 'line\\nline' }}{{ '\\t' }}|{{ '\\u00e9' }}{{ '\\x41' }}",
    "{{ '\nx' }}",
    "{% set x = '\r\n' %}{{ x|length }}",
    "{{ 1.5.foo }}{{ 1..foo }}",
    "{{ l.0.1 }}{{ nest.0.1.1.q }}",
    "{{ 5.0 }}{{ 05 }}",
    "{{ 0 }}{{ 00 }}{{ 0_0 }}",
    "{{ 1__0 }}",
    "{{ 12abc }}",
    "{{ \u00e9 }}{{ \u00f1ame is defined }}",
    "{{ a.b.c is defined }}",
    "{{ a['b'] is defined }}",
    "{{ s['nope'] is defined }}{{ s.nope is defined }}{{ d.nope is defined }}{{ l[9] is defined }}",
    "{% if messages is defined %}{% endif %}ok{{ not messages }}",
    "{{ (m|first).role }}{{ (m|last).role }}",
    "{% with x = 1 %}{% set x = 2 %}{{ x }}{% endwith %}{{ x }}",
    "{% with a = 1, b = a %}{{ b }}{% endwith %}",
    "{% set a = 5 %}{% with a = 1, b = a %}{{ b }}{% endwith %}",
    "{% call(x) undefinedthing.y() %}{% endcall %}",
    "{% macro f(a, b) %}{{ a is defined }}{{ b is defined }}{{ b }}{% endmacro %}{{ f(1) }}",
    "{% macro f(a) %}{% set a = a + 1 %}{{ a }}{% endmacro %}{{ f(1) }}",
    "{% for x in [3,1] %}{% set x = x * 2 %}{{ x }}{% endfor %}",
    "{{ [1,2,3]|sum }}{{ [[1],[2]]|sum(start=[]) }}",
    "{{ d|tojson|safe + '<' }}",
    "{{ m|map(attribute='role')|map('upper')|join(' ') }}",
    "{% if not (s is string or l) %}a{% else %}b{% endif %}",
    "{{ loop is defined }}{% for x in [1] %}{{ loop is defined }}{% endfor %}",
    "{{ namespace(a=1) }}",
    "{{ (s,) }}{{ s, n }}",
    "{{ s if s else }}",
    "{{ [x for x in l] }}",
    "{% for x in l recursive %}{% if x == 1 %}{{ loop([5]) }}{% endif %}{{ x }}{% endfor %}",
    "{% for x in l %}{{ loop([1]) }}{% endfor %}",
    "{% set ns = namespace(x=[]) %}{% for i in l %}{% set ns.x = ns.x + [i*2] %}{% endfor %}{{ ns.x|join(',') }}",
    "{% set ns = namespace(a=1) %}{% set ns.b, ns.c = 2, 3 %}{{ ns.b + ns.c }}",
    "{{ 'x'.join(['a', 1]) }}",
    "{% set x = s %}{% set s = 1 %}{{ x }}{{ s }}",
    "{% if no %}{% set t = 1 %}{% else %}{% if no %}{% set t = 2 %}{% endif %}{% endif %}{{ t }}",
    "{% for i in [1,2] %}{% for j in [1,2] %}{% set k = i * j %}{% if k == 2 %}{% set s = k %}{% endif %}{{ s }}{% endfor %}{{ s }}{% endfor %}",
]


class Generation(jinja2.ext.Extension):
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_support"), [], [], body).set_lineno(line)

    @jinja2.pass_eval_context
    def _support(self, context, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols, Generation]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def case(env, template):
    try:
        return {"template": template, "expected": env.from_string(template).render(**VARIABLES)}
    except Exception as error:
        return {"template": template, "error": type(error).__name__}


def main():
    env = environment()
    templates = ["{{ " + line + " }}" for line in EXPRESSIONS.strip().split("\n")] + TEMPLATES
    cases = [case(env, template) for template in templates]
    text = json.dumps({"now": NOW.isoformat(), "jinja2": jinja2.__version__, "variables": VARIABLES, "cases": cases}, indent=1)
    pathlib.Path(__file__).with_name("language.json").write_text(text + "\n")
    print(len(cases), "cases,", sum("error" in c for c in cases), "errors")


if __name__ == "__main__":
    main()
