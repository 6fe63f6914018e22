package koine.engine.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JinjaReferenceTest {
    /** Real templates that do not yet render as Jinja2 renders them: file name, and the construct that is missing. */
    private static final Map<String, String> UNEQUAL_TEMPLATES = Map.of();

    /** Constructs that are meant to differ, and why. */
    private static final Map<String, String> UNEQUAL_CONSTRUCTS = Map.of(
            "{{ m.items }}", "Python prints a memory address",
            "{{ l|map }}", "Python prints a memory address",
            "{{ l|reverse }}", "Python prints a memory address",
            "{{ \"a\" \"b\" ~ 'c' }}{{ 'é'.encode }}", "bytes are not supported",
            "{{ (1.5).is_integer }}", "methods of numbers are not supported",
            "{{ self }}", "blocks are not supported",
            "{{ 5[1:] }}", "Jinja2 is lenient to constants that it folds, and only to these");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Jinja2 jinja;

    @BeforeAll
    static void findPython() throws Exception {
        jinja = Jinja2.orSkip(folder);
    }

    @Test
    void rendersEveryRealTemplateByteForByteAsTransformersDoes() throws Exception {
        compareTemplates(true);
    }

    @Test
    void rendersEveryRealTemplateByteForByteAsBareJinjaDoes() throws Exception {
        compareTemplates(false);
    }

    private static void compareTemplates(boolean generationTag) throws Exception {
        Map<String, String> templates = Fixtures.realTemplates();
        Assumptions.assumeFalse(templates.isEmpty(), "the test kit has no templates");
        List<String> names = new ArrayList<>();
        List<Jinja2.Case> cases = new ArrayList<>();
        for (Map.Entry<String, String> template : templates.entrySet()) {
            for (Map.Entry<String, Map<String, @Nullable Object>> conversation :
                    Fixtures.conversations().entrySet()) {
                names.add(template.getKey() + " | " + conversation.getKey());
                cases.add(new Jinja2.Case(template.getValue(), conversation.getValue()));
            }
        }
        List<String> failures = new ArrayList<>();
        List<Jinja2.Outcome> expected = jinja.render(cases, generationTag);
        int equal = 0;
        for (int i = 0; i < cases.size(); i++) {
            String file = names.get(i).split(" \\| ", 2)[0];
            Jinja2.Outcome actual = outcome(cases.get(i), generationTag);
            boolean same = actual.equals(expected.get(i));
            equal += same ? 1 : 0;
            if (!same && !UNEQUAL_TEMPLATES.containsKey(file)) {
                failures.add(difference(names.get(i), expected.get(i), actual));
            }
        }
        for (String file : UNEQUAL_TEMPLATES.keySet()) {
            if (passes(file, names, cases, expected, generationTag)) {
                failures.add(file + " is listed as unequal, but renders equal now: take it off the list");
            }
        }
        Fixtures.say(String.format(
                Locale.ROOT,
                "%d of %d renderings of %d templates equal Jinja2%s",
                equal,
                cases.size(),
                templates.size(),
                generationTag ? " with the generation tag" : ""));
        assertEquals(List.of(), failures);
    }

    private static boolean passes(
            String file,
            List<String> names,
            List<Jinja2.Case> cases,
            List<Jinja2.Outcome> expected,
            boolean generationTag) {
        for (int i = 0; i < cases.size(); i++) {
            if (names.get(i).startsWith(file + " | ")
                    && !outcome(cases.get(i), generationTag).equals(expected.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Test
    void rendersEverySmallConstructAsJinjaDoes() throws Exception {
        Map<String, @Nullable Object> variables = Fixtures.variables();
        List<Jinja2.Case> cases = Fixtures.constructs().stream()
                .map(source -> new Jinja2.Case(source, variables))
                .toList();
        List<Jinja2.Outcome> expected = jinja.render(cases, true);
        List<String> failures = new ArrayList<>();
        int equal = 0;
        for (int i = 0; i < cases.size(); i++) {
            String source = cases.get(i).source();
            Jinja2.Outcome actual = outcome(cases.get(i), true);
            // The words of an error change between versions of Python; that there is one does not.
            boolean same = Objects.equals(actual.ok(), expected.get(i).ok());
            equal += same ? 1 : 0;
            if (same && UNEQUAL_CONSTRUCTS.containsKey(source)) {
                failures.add(source + " is listed as unequal, but renders equal now: take it off the list");
            } else if (!same && !UNEQUAL_CONSTRUCTS.containsKey(source)) {
                failures.add(difference(source, expected.get(i), actual));
            }
        }
        Fixtures.say(String.format(Locale.ROOT, "%d of %d constructs equal Jinja2", equal, cases.size()));
        assertEquals(List.of(), failures);
    }

    private static Jinja2.Outcome outcome(Jinja2.Case work, boolean generationTag) {
        try {
            ChatTemplate template = ChatTemplate.parse(work.source(), generationTag);
            return new Jinja2.Outcome(template.render(work.variables(), Fixtures.CLOCK), null);
        } catch (TemplateException e) {
            return new Jinja2.Outcome(null, e.jinjaText());
        }
    }

    private static String difference(String name, Jinja2.Outcome expected, Jinja2.Outcome actual) {
        return name + "\n  Jinja2: " + expected + "\n  Koine:  " + actual;
    }
}
