package koine.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import koine.engine.grammar.Corpus.Case;
import koine.engine.grammar.Probe.Walk;
import org.junit.jupiter.api.Test;

class JsonSchemaGrammarTest {
    @Test
    void theSamplerReadsWhatIsValidAndRefusesWhatIsNot() throws Exception {
        List<String> wrong = new ArrayList<>();
        try (Probe probe = Probe.start(true)) {
            for (Case one : Corpus.cases()) {
                Predicate<String> validator = one.validator();
                String grammar = JsonSchemaGrammar.of(one.schema());
                assertTrue(probe.takes(grammar), one.name());
                for (String text : one.valid()) {
                    check(wrong, one, text, "accepts", probe.reads(text), true, validator.test(text));
                }
                for (String text : one.invalid()) {
                    check(wrong, one, text, "refuses", probe.reads(text), false, validator.test(text));
                }
                for (String text : one.unanswered()) {
                    check(wrong, one, text, "refuses", probe.reads(text), true, validator.test(text));
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static void check(
            List<String> wrong, Case one, String text, String expected, String read, boolean valid, boolean validated) {
        if (!read.equals(expected)) {
            wrong.add(one.name() + ": the sampler " + read + " " + text);
        }
        if (valid != validated) {
            wrong.add(one.name() + ": the validator says " + validated + " to " + text);
        }
    }

    @Test
    void whateverTheGrammarLetsEndIsValid() throws Exception {
        int walks = Boolean.getBoolean("koine.long") ? 300 : 5;
        List<String> wrong = new ArrayList<>();
        int whole = 0;
        try (Probe probe = Probe.start(true)) {
            for (Case one : Corpus.cases()) {
                Predicate<String> validator = one.validator();
                assertTrue(probe.takes(JsonSchemaGrammar.of(one.schema())), one.name());
                for (long seed = 1; seed <= walks; seed++) {
                    Walk walk = probe.bytes(seed, 400);
                    if (walk.whole() && walk.characters()) {
                        whole++;
                        if (!validator.test(walk.text())) {
                            wrong.add(one.name() + ", seed " + seed + ": " + walk.text());
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        int all = walks * Corpus.cases().size();
        assertTrue(whole > all / 2, "only " + whole + " of " + all + " texts came to an end");
    }

    @Test
    void whatTheModelSaysAtATemperatureAboveOneIsValid() throws Exception {
        boolean all = Boolean.getBoolean("koine.long");
        List<String> chosen = List.of("words", "a pair", "an integer from -12 to 345", "a date and time");
        List<String> wrong = new ArrayList<>();
        int whole = 0;
        try (Probe probe = Probe.start(false)) {
            for (Case one : Corpus.cases()) {
                if (!all && !chosen.contains(one.name())) {
                    continue;
                }
                Predicate<String> validator = one.validator();
                assertTrue(probe.takes(JsonSchemaGrammar.of(one.schema())), one.name());
                for (long seed = 1; seed <= (all ? 5 : 1); seed++) {
                    Walk walk = probe.model(seed, all ? 200 : 40, "The answer, as JSON:");
                    if (walk.whole()) {
                        whole++;
                        if (!validator.test(walk.text())) {
                            wrong.add(one.name() + ", seed " + seed + ": " + walk.text());
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(whole > chosen.size() / 2, "only " + whole + " answers came to an end");
    }
}
