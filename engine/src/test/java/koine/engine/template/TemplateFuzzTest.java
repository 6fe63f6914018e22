package koine.engine.template;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever a template holds, rendering it ends, and the only thing it throws is a TemplateException. */
class TemplateFuzzTest {
    private static final long SEED = 20261122;
    private static final Limits TIGHT = new Limits(200_000, 200_000, 2_000_000, 200);
    private static final Pattern PIECE = Pattern.compile("\\{[%{#]-?|-?[%}#]}|\\w+|\\s+|'[^'\n]*'|.", Pattern.DOTALL);
    private static final List<String> SPICE = List.of(
            "none",
            "true",
            "0",
            "-1",
            "''",
            "[]",
            "{}",
            "not ",
            "-%}",
            "%}",
            "{%-",
            "{{",
            "{#",
            " is defined",
            "|length",
            "|string",
            "|list",
            "|tojson",
            "[0]",
            "[1:]",
            "[::-1]",
            ".x",
            " + ",
            " ~ ",
            " * ",
            " ** ",
            " // ",
            " % ",
            "loop",
            "loop.index",
            "loop()",
            "caller()",
            "varargs",
            "range(5)",
            "*l",
            "**m",
            "'{}'.format",
            "'%s' % ",
            "99999999999999999999",
            "1e400",
            "\u0000",
            "\ud800",
            "😀",
            "{% for x in l recursive %}",
            "{% endfor %}",
            "{% macro f(x) %}",
            "{% endmacro %}",
            "{% call f() %}",
            "{% set x %}",
            "{% raw %}",
            "namespace(x=1)");

    private final Random random = new Random(SEED);
    private int rendered;
    private int refused;

    @Test
    void mutatedTemplatesEndInTextOrInATemplateException() {
        List<List<String>> templates = new ArrayList<>();
        Fixtures.constructs().forEach(source -> templates.add(pieces(source)));
        templates.add(pieces(Fixtures.text("smollm2.jinja")));
        Fixtures.realTemplates().values().stream()
                .filter(source -> source.length() < 8000)
                .forEach(source -> templates.add(pieces(source)));
        List<Map<String, @Nullable Object>> variables =
                new ArrayList<>(Fixtures.conversations().values());
        variables.add(Fixtures.variables());
        for (int i = 0; i < 4000; i++) {
            List<String> template = new ArrayList<>(pick(templates));
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                mutate(template, templates);
            }
            render(String.join("", template), pick(variables));
        }
        report();
        assertTrue(rendered > 500 && refused > 500, "both ends should be common");
    }

    @Test
    void garbageEndsInTextOrInATemplateException() {
        for (int i = 0; i < 4000; i++) {
            StringBuilder garbage = new StringBuilder(random.nextBoolean() ? "{{ " : "{% ");
            for (int length = random.nextInt(40); length > 0; length--) {
                if (random.nextInt(3) == 0) {
                    garbage.append(pick(SPICE));
                } else {
                    garbage.append((char) (random.nextInt(8) == 0 ? random.nextInt(0x10000) : 32 + random.nextInt(95)));
                }
            }
            render(garbage.append(random.nextBoolean() ? " }}" : " %}").toString(), Fixtures.variables());
        }
        report();
    }

    private void render(String source, Map<String, @Nullable Object> variables) {
        try {
            ChatTemplate.parse(source).render(variables, Fixtures.CLOCK, TIGHT);
            rendered++;
        } catch (TemplateException e) {
            refused++;
            assertTrue(e.getMessage() != null && !e.getMessage().isBlank(), source);
        } catch (RuntimeException | Error e) {
            fail("seed " + SEED + ", template: " + source, e);
        }
    }

    private void mutate(List<String> template, List<List<String>> others) {
        int at = random.nextInt(template.size() + 1);
        switch (random.nextInt(5)) {
            case 0 -> template.add(at, pick(SPICE));
            case 1 -> {
                List<String> other = pick(others);
                if (!other.isEmpty()) {
                    template.add(at, pick(other));
                }
            }
            case 2 -> {
                if (at < template.size()) {
                    template.remove(at);
                }
            }
            case 3 -> {
                if (at < template.size()) {
                    template.set(at, pick(template));
                }
            }
            default -> {
                if (at < template.size()) {
                    template.set(at, pick(SPICE));
                }
            }
        }
    }

    private static List<String> pieces(String source) {
        List<String> pieces = new ArrayList<>();
        Matcher matcher = PIECE.matcher(source);
        while (matcher.find()) {
            pieces.add(matcher.group());
        }
        return pieces;
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private void report() {
        Fixtures.say(String.format(Locale.ROOT, "seed %d: %d rendered, %d refused", SEED, rendered, refused));
    }
}
