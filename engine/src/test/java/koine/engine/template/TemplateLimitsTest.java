package koine.engine.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateLimitsTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    private static String refused(String template) {
        TemplateException e = assertTimeoutPreemptively(
                SOON, () -> assertThrows(TemplateException.class, () -> Fixtures.render(template)));
        return String.valueOf(e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ 'x' * 10**9 }}",
                "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
                "{{ 'a'.center(10**12) }}",
                "{{ '%999999999d' % 5 }}",
                "{{ '%.999999999f' % 5 }}",
                "{{ '{:999999999}'.format(5) }}",
                "{{ ('a\n' * 1000000)|indent(1000000) }}",
                "{{ ('a' * 1000000).replace('', 'b' * 1000000) }}",
                "{{ ('x' * 1000000).join('a' * 1000000) }}",
                "{{ [[1]]|tojson(indent=2000000000) }}",
                "{{ ('{0}' * 1000000).format('x' * 1000) }}",
                "{% set ns = namespace(x=[]) %}{% for i in range(30) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}"
                        + "{{ ns.x|tojson }}",
            })
    void refusesToMakeAnEndlessText(String template) {
        assertTrue(refused(template).contains("the template makes a text longer than 8000000 characters (line"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
                "{{ [1] * 10**9 }}",
                "{% set s = 'a' * 4000000 %}{% for i in range(100000) %}{% set x = s.isalpha() %}{% endfor %}",
                "{% set s = 'a' * 4000000 %}{% for i in range(100000) %}{% set x = 'b' in s %}{% endfor %}",
                "{{ [1]|batch(2000000000, 'x')|list }}",
                "{% set s = 'a' * 4000000 %}{{ s.strip('b' * 1000000 ~ 'a') }}",
                "{% set ns = namespace(x=[], y=[]) %}{% for i in range(40) %}{% set ns.x = [ns.x, ns.x] %}"
                        + "{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
            })
    void refusesToWorkForever(String template) {
        assertTrue(refused(template).contains("the template needs more than 20000000 steps (line 1)"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% set ns = namespace(x=[1, 2]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x=()) %}{% for i in range(40) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}"
                        + "{{ {ns.x: 1} }}",
                "{% set ns = namespace(x=0) %}{% for i in range(100000) %}{% for j in range(100000) %}"
                        + "{% set ns.x = {'a': ns.x} %}{% endfor %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(100000) %}{% for j in range(100000) %}"
                        + "{% set ns.x = ns.x|map('string') %}{% endfor %}{% endfor %}",
            })
    void refusesToFillTheMemory(String template) {
        assertEquals("the template needs too much memory (line 1)", refused(template));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
                "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
                "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(9999) %}{% set ns.x = ns.x|map('string') %}{% endfor %}"
                        + "{{ ns.x|list }}",
                "{% set ns = namespace(x=()) %}{% for i in range(9999) %}{% set ns.x = (ns.x,) %}{% endfor %}"
                        + "{{ {ns.x: 1} }}",
            })
    void refusesToNestForever(String template) {
        assertEquals("the template nests deeper than 500 levels (line 1)", refused(template));
    }

    @Test
    void refusesToParseWhatNestsTooDeep() {
        List<String> templates = List.of(
                "{{ " + "(".repeat(100_000) + "1" + ")".repeat(100_000) + " }}",
                "{{ " + "[".repeat(100_000) + "]".repeat(100_000) + " }}",
                "{{ " + "not ".repeat(50_000) + "1 }}",
                "{{ " + "-".repeat(100_000) + "1 }}",
                "{{ 1" + "+1".repeat(100_000) + " }}",
                "{{ a" + ".b".repeat(100_000) + " }}",
                "{{ a" + "|upper".repeat(50_000) + " }}",
                "{{ 1" + " if 1 else 1".repeat(20_000) + " }}",
                "{% if 1 %}".repeat(20_000),
                "{% for x in y %}".repeat(10_000));
        for (String template : templates) {
            assertTrue(refused(template).contains(" nests deeper than "), template.substring(0, 20));
        }
    }

    @Test
    void refusesATemplateThatIsNoTemplateByItsLength() {
        assertEquals("the template is longer than 400000 characters (line 1)", refused("x".repeat(400_001)));
    }

    @Test
    void refusesNumbersAndRangesBeyondReason() {
        assertTrue(refused("{{ 10 ** 100000 }}").contains("more than 16384 bits"));
        assertTrue(
                refused("{% set ns = namespace(x=3) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}")
                        .contains("more than 16384 bits"));
        assertTrue(refused("{{ " + "1".repeat(5000) + " }}").contains("more than 4300 digits"));
        assertTrue(refused("{% for i in range(10**12) %}{% endfor %}").startsWith("Range too big."));
    }

    @Test
    void searchesALongTextForALongPartInLinearTime() throws TemplateException {
        String found = assertTimeoutPreemptively(
                SOON, () -> Fixtures.render("{{ ('a' * 4000000).find('a' * 2000000 ~ 'b') }}"));
        assertEquals("-1", found);
    }

    @Test
    void saysSoWhenTheCallersStackIsTooSmall() throws InterruptedException {
        AtomicReference<String> message = new AtomicReference<>("");
        Thread small = new Thread(
                null,
                () -> {
                    try {
                        Fixtures.render("{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}");
                    } catch (TemplateException e) {
                        message.set(e.jinjaText());
                    }
                },
                "small stack",
                192 * 1024);
        small.start();
        small.join();
        assertEquals("the template nests too deeply for this thread", message.get());
    }

    @Test
    void allowsALongHonestConversationThatIsBuiltPieceByPiece() throws TemplateException {
        List<Map<String, String>> messages = IntStream.range(0, 400)
                .mapToObj(i -> Map.of("role", "user", "content", "word ".repeat(200)))
                .toList();
        String template = "{% set ns = namespace(out='') %}{% for m in messages %}"
                + "{% set ns.out = ns.out ~ '<' ~ m.role ~ '>' ~ m.content|trim ~ '\n' %}{% endfor %}{{ ns.out }}";
        assertEquals(
                400 * (6 + 999 + 1),
                Fixtures.render(template, "messages", messages).length());
    }

    @Test
    void keepsTheLimitsItIsGiven() throws TemplateException {
        ChatTemplate template = ChatTemplate.parse("{% for i in range(100) %}x{% endfor %}");
        Limits tight = new Limits(50, 1000, 1000, 100);
        TemplateException e =
                assertThrows(TemplateException.class, () -> template.render(Map.of(), Fixtures.CLOCK, tight));
        assertEquals("the template needs more than 50 steps (line 1)", e.getMessage());
        assertEquals(100, template.render(Map.of(), Fixtures.CLOCK).length());
    }
}
