package koine.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import koine.engine.grammar.Corpus.Case;
import koine.engine.grammar.Probe.Walk;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonSchemaGrammarTest {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @TempDir
    static Path folder;

    private static Path program = Path.of("");

    @BeforeAll
    static void compile() throws IOException {
        program = Probe.compile(folder);
    }

    @Test
    void theSamplerReadsWhatIsValidAndRefusesWhatIsNot() throws Exception {
        List<String> wrong = new ArrayList<>();
        try (Probe probe = Probe.start(program, true)) {
            for (Case one : Corpus.cases()) {
                JsonSchema validator = one.validator();
                String grammar = JsonSchemaGrammar.of(one.schema());
                assertTrue(probe.takes(grammar), one.name());
                for (String text : one.valid()) {
                    check(wrong, one, text, "accepts", probe.reads(text), true, isValid(validator, text));
                }
                for (String text : one.invalid()) {
                    check(wrong, one, text, "refuses", probe.reads(text), false, isValid(validator, text));
                }
                for (String text : one.unanswered()) {
                    check(wrong, one, text, "refuses", probe.reads(text), true, isValid(validator, text));
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
        int walks = Boolean.getBoolean("koine.long") ? 300 : 12;
        List<String> wrong = new ArrayList<>();
        int whole = 0;
        try (Probe probe = Probe.start(program, true)) {
            for (Case one : Corpus.cases()) {
                JsonSchema validator = one.validator();
                assertTrue(probe.takes(JsonSchemaGrammar.of(one.schema())), one.name());
                for (long seed = 1; seed <= walks; seed++) {
                    Walk walk = probe.bytes(seed, 400);
                    if (walk.whole()) {
                        whole++;
                        if (!isValid(validator, walk.text())) {
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
        List<String> chosen = List.of(
                "several types",
                "words",
                "an object whose properties may be missing",
                "a pair",
                "an integer from -12 to 345",
                "references",
                "an email as zod writes it",
                "a date and time");
        List<String> wrong = new ArrayList<>();
        int whole = 0;
        try (Probe probe = Probe.start(program, false)) {
            for (Case one : Corpus.cases()) {
                if (!all && !chosen.contains(one.name())) {
                    continue;
                }
                JsonSchema validator = one.validator();
                assertTrue(probe.takes(JsonSchemaGrammar.of(one.schema())), one.name());
                for (long seed = 1; seed <= (all ? 5 : 2); seed++) {
                    Walk walk = probe.model(seed, all ? 200 : 40, "The answer, as JSON:");
                    if (walk.whole()) {
                        whole++;
                        if (!isValid(validator, walk.text())) {
                            wrong.add(one.name() + ", seed " + seed + ": " + walk.text());
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(whole >= chosen.size(), "only " + whole + " answers came to an end");
    }

    private static boolean isValid(JsonSchema validator, String text) {
        try {
            JsonNode value = JSON.readTree(text);
            return !value.isMissingNode() && validator.validate(value).isEmpty();
        } catch (JsonProcessingException _) {
            return false;
        }
    }
}
