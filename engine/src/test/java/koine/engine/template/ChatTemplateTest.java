package koine.engine.template;

import static koine.engine.template.Fixtures.render;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Each expected text is what Jinja2 prints; {@link JinjaReferenceTest} asks Jinja2 itself. */
class ChatTemplateTest {
    private static String error(String template, @Nullable Object... variables) {
        return String.valueOf(assertThrows(TemplateException.class, () -> render(template, variables))
                .getMessage());
    }

    @Nested
    class WhiteSpace {
        @Test
        void aTagTakesTheNewlineAfterItAndTheIndentationBeforeIt() throws TemplateException {
            assertEquals("a\n  b\nc", render("a\n  {% if true %}\n  b\n  {% endif %}\nc\n"));
            assertEquals("  1\n", render("  {{ 1 }}\n\n"));
            assertEquals("x\ny", render("  {# note #}\nx\n{# note #}\ny"));
        }

        @Test
        void signsTakeOrKeepAllWhiteSpace() throws TemplateException {
            assertEquals("ab", render("a \n {%- if true -%} \n b{% endif %}"));
            assertEquals("a1b", render("a \n {{- 1 -}} \n b"));
            assertEquals("  x", render("  {%+ if true %}x{% endif %}"));
            assertEquals("x\n\ny", render("x\n{% if true +%}\ny{% endif %}"));
            assertEquals("ab", render("a {#- note -#} b"));
        }

        @Test
        void oneNewlineAtTheEndGoesAndOthersBecomeLineFeeds() throws TemplateException {
            assertEquals("a\n", render("a\n\n"));
            assertEquals("a\nb\nc", render("a\r\nb\rc\r\n"));
        }

        @Test
        void rawTextIsNotRead() throws TemplateException {
            assertEquals("{{ a }}{% if %}", render("{% raw %}{{ a }}{% if %}{% endraw %}"));
            assertEquals("b", render("{%- raw -%}  b  {%- endraw -%} "));
        }
    }

    @Nested
    class Values {
        @Test
        void printAsPythonPrintsThem() throws TemplateException {
            assertEquals("True False None", render("{{ true }} {{ false }} {{ none }}"));
            assertEquals(
                    "1.0 0.1 1e+16 1e-05 5e-324 -0.0",
                    render("{{ 1.0 }} {{ 0.1 }} {{ 1e16 }} {{ 1e-5 }} {{ 5e-324 }} {{ -0.0 }}"));
            assertEquals("[1, 'a', None, {'k': (1,)}]", render("{{ [1, 'a', none, {'k': (1,)}] }}"));
            assertEquals(
                    "[\"it's\", 'say \"x\"', 'a\\n\\t\\\\', 'é', '\\x00']",
                    render("{{ v }}", "v", List.of("it's", "say \"x\"", "a\n\t\\", "é", "\0")));
            assertEquals("dict_items([('a', 1)])", render("{{ {'a': 1}.items() }}"));
        }

        @Test
        void givenFromOutsideKeepTheirKinds() throws TemplateException {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            map.put("z", 1L);
            map.put("a", null);
            assertEquals("{'z': 1, 'a': None}", render("{{ m }}", "m", map));
            assertEquals("[1, 2.5, True, None]", render("{{ l }}", "l", Arrays.asList(1L, 2.5, true, null)));
            assertEquals("3 4", render("{{ a }} {{ b }}", "a", 3, "b", new BigInteger("4")));
            assertTrue(error("{{ a }}", "a", new Object()).contains("java.lang.Object is not supported"));
        }

        @Test
        void undefinedIsNothingUntilItIsUsed() throws TemplateException {
            assertEquals("[]", render("[{{ nope }}{{ {}.nope }}{{ [][3] }}]"));
            assertEquals("'nope' is undefined (line 1)", error("{{ nope.x }}"));
            assertEquals("'dict object' has no attribute 'x' (line 2)", error("\n{{ {}.x.y }}"));
            assertEquals("list object has no element 5 (line 1)", error("{{ [1][5] + 1 }}"));
            assertEquals("'nope' is undefined (line 1)", error("{{ 'a' + nope }}"));
            assertEquals("a0", render("{{ 'a' ~ nope }}{{ nope|length }}{% for x in nope %}x{% endfor %}"));
        }

        @Test
        void textIsCountedInCodePoints() throws TemplateException {
            assertEquals("4 😀 😀b c😀", render("{{ s|length }} {{ s[1] }} {{ s[1:3] }} {{ s[::-2] }}", "s", "a😀bc"));
            assertEquals("2", render("{{ '😀ab'.find('b') }}"));
        }

        @Test
        void literalsAreUnescapedAsPythonDoes() throws TemplateException {
            assertEquals("a'b\"c\\qA€😀", render("{{ 'a\\'b\\\"c\\q\\x41\\u20ac\\U0001f600' }}"));
            assertEquals("31 5 15 1000 1500.0", render("{{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 1_000 }} {{ 1.5e3 }}"));
            assertEquals("abc", render("{{ 'a' 'b' \"c\" }}"));
        }
    }

    @Nested
    class Operators {
        @Test
        void countAsPythonCounts() throws TemplateException {
            assertEquals("0.5 3 -4 2 -2", render("{{ 1/2 }} {{ 7//2 }} {{ -7//2 }} {{ -7%3 }} {{ 7%-3 }}"));
            assertEquals("1024 0.5 4 64", render("{{ 2**10 }} {{ 2**-1 }} {{ -2**2 }} {{ 2**3**2 }}"));
            assertEquals("9223372036854775808", render("{{ 9223372036854775807 + 1 }}"));
            assertEquals("aaa [1, 1] [1, 2] ab", render("{{ 'a'*3 }} {{ [1]*2 }} {{ [1]+[2] }} {{ 'a'+'b' }}"));
            assertEquals("can only concatenate str (not \"int\") to str (line 1)", error("{{ 'a' + 1 }}"));
            assertEquals("division by zero (line 1)", error("{{ 1/0 }}"));
        }

        @Test
        void compareAsPythonCompares() throws TemplateException {
            assertEquals(
                    "True False True True", render("{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ 1 == true }}"));
            assertEquals(
                    "True True False", render("{{ [1, 2] < [1, 3] }} {{ 'a' in 'cat' }} {{ 'k' not in {'k': 1} }}"));
            assertEquals("'<' not supported between instances of 'int' and 'str' (line 1)", error("{{ 1 < 'a' }}"));
        }

        @Test
        void andAndOrGiveTheirOperands() throws TemplateException {
            assertEquals("b  x 0", render("{{ 'a' and 'b' }} {{ '' and 1 }} {{ '' or 'x' }} {{ none or 0 }}"));
            assertEquals("no", render("{{ 'yes' if [] else 'no' }}"));
            assertEquals("", render("{{ 'yes' if 0 }}"));
        }

        @Test
        void bindAsTightlyAsInJinja() throws TemplateException {
            assertEquals("3 6x", render("{{ 'ab'|length + 1 }} {{ 2 * 3 ~ 'x' }}"));
            assertEquals("True", render("{{ not 1 in [2] }}"));
        }
    }

    @Nested
    class Loops {
        @Test
        void knowWhereTheyAre() throws TemplateException {
            assertEquals(
                    "1/3 first;2/3;3/3 last;",
                    render("{% for x in 'abc' %}{{ loop.index }}/{{ loop.length }}{{ ' first' if loop.first }}"
                            + "{{ ' last' if loop.last }};{% endfor %}"));
            assertEquals(
                    "-a b|a c|b -|",
                    render("{% for x in 'abc' %}{{ loop.previtem or '-' }}{{ x if loop.first }} "
                            + "{{ loop.nextitem or '-' }}|{% endfor %}"));
        }

        @Test
        void chooseUnpackBreakAndContinue() throws TemplateException {
            assertEquals(
                    "0246",
                    render(
                            "{% for x in range(9) if x is even %}{% if x > 6 %}{% break %}{% endif %}{{ x }}{% endfor %}"));
            assertEquals("a1b2", render("{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}{{ v }}{% endfor %}"));
            assertEquals(
                    "13",
                    render("{% for x in [1, 2, 3] %}{% if x == 2 %}{% continue %}{% endif %}{{ x }}{% endfor %}"));
            assertEquals("none", render("{% for x in [] %}x{% else %}none{% endfor %}"));
            assertEquals(
                    "not enough values to unpack (expected 2, got 1) (line 1)",
                    error("{% for a, b in [[1]] %}{% endfor %}"));
        }

        @Test
        void keepTheirVariablesToThemselves() throws TemplateException {
            assertEquals(
                    "2221",
                    render("{% set x = 1 %}{% for i in range(3) %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}"));
            assertEquals(
                    "6",
                    render(
                            "{% set ns = namespace(n=0) %}{% for i in [1, 2, 3] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}"));
        }

        @Test
        void canCallThemselves() throws TemplateException {
            assertEquals(
                    "1(2(3))",
                    render(
                            "{% for x in [1, [2, [3]]] recursive %}{{ x if x is number else '(' ~ loop(x) ~ ')' }}{% endfor %}"));
        }
    }

    @Nested
    class Macros {
        @Test
        void takeDefaultsAndNames() throws TemplateException {
            String macro = "{% macro f(a, b=2) %}{{ a }}-{{ b }};{% endmacro %}";
            assertEquals("1-2;1-3;9-8;-2;", render(macro + "{{ f(1) }}{{ f(1, 3) }}{{ f(b=8, a=9) }}{{ f() }}"));
            assertEquals("macro 'f' takes not more than 2 argument(s) (line 1)", error(macro + "{{ f(1, 2, 3) }}"));
            assertEquals("macro 'f' takes no keyword argument 'c' (line 1)", error(macro + "{{ f(c=1) }}"));
        }

        @Test
        void callTheirCaller() throws TemplateException {
            assertEquals(
                    "<b>x5</b>",
                    render(
                            "{% macro b(n) %}<b>{{ caller(n) }}</b>{% endmacro %}{% call(y) b(5) %}x{{ y }}{% endcall %}"));
        }

        @Test
        void seeTheVariablesAroundThemAtTheTimeOfTheCall() throws TemplateException {
            assertEquals("9", render("{% macro f() %}{{ z }}{% endmacro %}{% set z = 9 %}{{ f() }}"));
            assertEquals("55", render("{% macro f(n) %}{{ n + (f(n - 1)|int) if n else 0 }}{% endmacro %}{{ f(10) }}"));
        }
    }

    @Nested
    class Setting {
        @Test
        void takesExpressionsBlocksAndSeveralAtOnce() throws TemplateException {
            assertEquals("12", render("{% set a, b = 1, 2 %}{{ a }}{{ b }}"));
            assertEquals("[AB]", render("{% set x | upper %}a{{ 'b' }}{% endset %}[{{ x }}]"));
            assertEquals("BONONO", render("{% filter replace('a', 'o') | upper %}banana{% endfilter %}"));
            assertEquals("1", render("{% with x = 1 %}{{ x }}{% endwith %}{{ x }}"));
            assertEquals(
                    "cannot assign attribute on non-namespace object (line 1)",
                    error("{% set m.x = 1 %}", "m", Map.of()));
        }

        @Test
        void inAConditionKeepsTheOldValueOtherwise() throws TemplateException {
            assertEquals("5", render("{% if false %}{% set x = 1 %}{% endif %}{{ x }}", "x", 5L));
            assertEquals("1", render("{% if true %}{% set x = 1 %}{% endif %}{{ x }}", "x", 5L));
        }

        @Test
        void generationMarksLeaveNoTrace() throws TemplateException {
            assertEquals("ab", render("a{% generation %}b{% endgeneration %}"));
        }
    }

    @Nested
    class FiltersAndTests {
        @Test
        void writeJsonAsPythonDoes() throws TemplateException {
            Map<String, Object> value = new LinkedHashMap<>();
            value.put("b", List.of(1L, 2.0, true));
            value.put("a", "<é\"\n😀>");
            assertEquals("{\"b\": [1, 2.0, true], \"a\": \"<é\\\"\\n😀>\"}", render("{{ v|tojson }}", "v", value));
            assertEquals(
                    "{\n  \"b\": [\n    1,\n    2.0,\n    true\n  ],\n  \"a\": \"<é\\\"\\n😀>\"\n}",
                    render("{{ v|tojson(indent=2) }}", "v", value));
            assertEquals(
                    "{\"a\":\"<\\u00e9\\\"\\n\\ud83d\\ude00>\",\"b\":[1,2.0,true]}",
                    render("{{ v|tojson(ensure_ascii=true, separators=(',', ':'), sort_keys=true) }}", "v", value));
            assertEquals("Object of type Undefined is not JSON serializable (line 1)", error("{{ nope|tojson }}"));
        }

        @Test
        void chooseFromLists() throws TemplateException {
            List<Map<String, Object>> messages =
                    List.of(Map.of("role", "user", "n", 1L), Map.of("role", "tool"), Map.of("role", "user", "n", 3L));
            assertEquals(
                    "2 1 user,tool,user 3 [1, '-', 3]",
                    render(
                            "{{ m|selectattr('role', 'equalto', 'user')|list|length }} "
                                    + "{{ m|rejectattr('n', 'defined')|list|length }} {{ m|map(attribute='role')|join(',') }} "
                                    + "{{ (m|last).n }} {{ m|map(attribute='n', default='-')|list }}",
                            "m",
                            messages));
            assertEquals(
                    "['A', 'b', 'c'] [3, 1]",
                    render("{{ ['b', 'A', 'c']|sort }} {{ [1, 2, 3]|select('odd')|reverse|list }}"));
            assertEquals(
                    "[('a', 1), ('B', 2)] ['x', 'y']",
                    render("{{ {'B': 2, 'a': 1}|dictsort }} {{ ['x', 'y', 'X']|unique|list }}"));
            assertEquals(
                    "[[1, 2], [3, 0]] 6 1 3",
                    render("{{ [1, 2, 3]|batch(2, 0)|list }} {{ [1, 2, 3]|sum }} {{ [3, 1]|min }} {{ [3, 1]|max }}"));
        }

        @Test
        void aGeneratorIsGoneThroughOnce() throws TemplateException {
            assertEquals("[1, 2] []", render("{% set g = [1, 2]|select('number') %}{{ g|list }} {{ g|list }}"));
            assertEquals("object of type 'generator' has no len() (line 1)", error("{{ ([1]|select('odd'))|length }}"));
        }

        @Test
        void changeTexts() throws TemplateException {
            assertEquals(
                    "a|Hello World|HELLO|Hello world",
                    render(
                            "{{ ' a\n'|trim }}|{{ 'hello world'|title }}|{{ 'hello'|upper }}|{{ 'HELLO WORLD'|capitalize }}"));
            assertEquals("a\n    b\n\n    c", render("{{ 'a\nb\n\nc'|indent }}"));
            assertEquals(
                    "x d  5",
                    render(
                            "{{ nope|default('x') }} {{ ''|default('d', true) }} {{ ''|default('d') }} {{ '5.7'|int }}"));
            assertEquals(
                    "2.0 4.0 2.67 43.0",
                    render("{{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 42.55|round(0, 'ceil') }}"));
        }

        @Test
        void tellWhatAValueIs() throws TemplateException {
            assertEquals(
                    "TTFTTTFTT",
                    render(
                            "{% for t in [a is defined, b is undefined, 'x' is mapping, {} is mapping, 'x' is iterable, "
                                    + "{} is sequence, 1 is string, true is number, 3 is divisibleby 3] %}{{ 'T' if t else 'F' }}{% endfor %}",
                            "a", 1L));
            assertEquals("No test named 'nope'. (line 1)", error("{{ 1 is nope }}"));
            assertEquals("No filter named 'nope'. (line 2)", error("\n{{ 1|nope }}"));
        }

        @Test
        void anUnknownFilterMattersInAConditionOnlyWhenReached() throws TemplateException {
            assertEquals("ok", render("{% if false %}{{ 1|from_json }}{% endif %}ok"));
            assertEquals(
                    "No filter named 'from_json' found. (line 1)", error("{% if true %}{{ 1|from_json }}{% endif %}"));
        }

        @Test
        void aSafeTextEscapesWhatItIsJoinedWith() throws TemplateException {
            assertEquals("<b>&lt; <b><", render("{{ ('<b>'|safe) + '<' }} {{ ('<b>'|safe) ~ '<' }}"));
        }
    }

    @Nested
    class Methods {
        @Test
        void ofTexts() throws TemplateException {
            assertEquals(
                    "['a', 'b c'] ['a b', 'c'] ['a', 'b', 'c']",
                    render("{{ 'a b c'.split(' ', 1) }} {{ 'a b c'.rsplit(' ', 1) }} {{ ' a  b\tc '.split() }}"));
            assertEquals(
                    "a b|xa|ax", render("{{ ' a b '.strip() }}|{{ 'xaxx'.rstrip('x') }}|{{ 'xxax'.lstrip('x') }}"));
            assertEquals(
                    "True False 2 -1",
                    render(
                            "{{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.endswith('b') }} {{ 'abc'.find('c') }} {{ 'abc'.find('z') }}"));
            assertEquals("1-a-    2.50", render("{{ '{}-{x}-{:8.2f}'.format(1, 2.5, x='a') }}"));
            assertEquals("a: 5 |1.50", render("{{ '%s: %-2d|%.2f' % ('a', 5, 1.5) }}"));
        }

        @Test
        void ofDictsPreferThemselvesToEntriesOfTheirNameAfterADot() throws TemplateException {
            Map<String, Object> map = Map.of("items", "entry");
            assertEquals(
                    "entry [('items', 'entry')] - None",
                    render("{{ m['items'] }} {{ m.items()|list }} {{ m.get('x', '-') }} {{ m.get('x') }}", "m", map));
        }

        @Test
        void thatChangeTheirOwnerOrReachIntoPythonAreRefused() {
            assertEquals(
                    "access to attribute 'append' of 'list' object is unsafe. (line 1)", error("{{ [].append(1) }}"));
            assertEquals("access to attribute 'pop' of 'dict' object is unsafe. (line 1)", error("{{ {}.pop('x') }}"));
            assertEquals(
                    "access to attribute '__class__' of 'str' object is unsafe. (line 1)",
                    error("{{ ''.__class__.__mro__ }}"));
        }
    }

    @Nested
    class Surroundings {
        @Test
        void theClockAndItsZoneAreTheCallers() throws TemplateException {
            Clock clock = Clock.fixed(Instant.parse("2026-01-05T20:30:00Z"), ZoneId.of("Asia/Kolkata"));
            ChatTemplate template = ChatTemplate.parse("{{ strftime_now('%d %b %Y, %A %H:%M %-d %p %j') }}");
            assertEquals("06 Jan 2026, Tuesday 02:00 6 AM 006", template.render(Map.of(), clock));
        }

        @Test
        void aTemplateSaysInItsOwnWordsWhatItRefuses() {
            TemplateException e = assertThrows(
                    TemplateException.class, () -> render("\n{{ raise_exception('Only ' ~ 2 ~ ' roles') }}"));
            assertEquals("Only 2 roles", e.getMessage());
            assertEquals("TemplateError: Only 2 roles", e.jinjaText());
        }

        @Test
        void variablesHideGlobals() throws TemplateException {
            assertEquals("7 [0, 1]", render("{{ namespace }} {{ range(2)|list }}", "namespace", 7L));
        }

        @Test
        void oneTemplateServesManyThreadsAndRenderings() throws TemplateException {
            ChatTemplate template = ChatTemplate.parse(
                    "{% set ns = namespace(n=n) %}{% for i in range(50) %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}");
            List<String> texts = IntStream.range(0, 200)
                    .parallel()
                    .mapToObj(i -> {
                        try {
                            return template.render(Map.of("n", (long) i));
                        } catch (TemplateException e) {
                            return e.toString();
                        }
                    })
                    .toList();
            for (int i = 0; i < texts.size(); i++) {
                assertEquals(Integer.toString(i + 50), texts.get(i));
            }
        }
    }

    @Nested
    class Mistakes {
        @Test
        void areNamedWithTheirLine() {
            assertEquals(
                    "Encountered unknown tag 'nope'. Jinja was looking for the following tags: 'elif' or 'else' or 'endif'."
                            + " The innermost block that needs to be closed is 'if'. (line 3)",
                    error("{% if a %}\n\n{% nope %}"));
            assertEquals(
                    "Unexpected end of template. Jinja was looking for the following tags: 'endfor' or 'else'."
                            + " The innermost block that needs to be closed is 'for'. (line 1)",
                    error("{% for x in a %}"));
            assertEquals("expected token 'end of print statement', got 'b' (line 2)", error("\n{{ a b }}"));
            assertEquals("unexpected char '?' at 5 (line 1)", error("{{ a ? b }}"));
            assertEquals("unexpected '}', expected ']' (line 1)", error("{{ [1 }}"));
            assertEquals("'break' outside loop (line 1)", error("{% break %}"));
        }

        @Test
        void unsupportedConstructsAreNamedWithTheirLine() {
            assertEquals("the tag 'include' is not supported (line 2)", error("\n{% include 'x' %}"));
            assertEquals("the tag 'block' is not supported (line 1)", error("{% block b %}{% endblock %}"));
            assertEquals("the filter 'random' is not supported (line 3)", error("\n\n{{ [1]|random }}"));
            assertEquals("encode of a text is not supported (line 1)", error("{{ 'a'.encode() }}"));
            assertEquals("the variable 'self' is not supported (line 1)", error("{{ self.x() }}"));
            assertEquals("printing a generator is not supported (line 1)", error("{{ [1]|map('string') }}"));
        }

        @Test
        void everyFilterAndTestThatIsListedCanBeReached() {
            for (String name : Filters.names()) {
                assertTrue(!error("{{ [][0].x|" + name + " }}").contains("No filter"), name);
            }
            for (String name : ValueTests.names()) {
                if (Character.isLetter(name.charAt(0))) {
                    assertTrue(!error("{{ [][0].x is " + name + " }}").contains("No test"), name);
                }
            }
        }
    }
}
