package koine.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TinyFamilyTest {
    private static final Path TESTKIT = Path.of(System.getProperty("koine.testkit", ""));

    static List<TinyFamily> families() {
        return TinyFamily.all();
    }

    @Test
    void every_shape_has_a_family_and_every_family_a_shape() throws IOException, URISyntaxException {
        Path shapes = Path.of(
                Objects.requireNonNull(TinyFamily.class.getResource("shapes")).toURI());
        try (Stream<Path> files = Files.list(shapes)) {
            Set<String> names = files.map(file -> String.valueOf(file.getFileName()))
                    .map(name -> name.substring(0, name.length() - ".json".length()))
                    .collect(Collectors.toSet());
            assertEquals(
                    names, families().stream().map(TinyFamily::architecture).collect(Collectors.toSet()));
            assertEquals(names.size(), families().size());
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void a_template_writes_the_tokens_of_its_family(TinyFamily family) {
        assumeTrue(Files.isRegularFile(family.templateFile(TESTKIT)), "no templates of llama.cpp in the test kit");
        // one template puts its tokens together while it runs
        String template = family.templateText(TESTKIT).replace("{}", ":opensource");
        List<String> unknown = family.control().stream()
                .filter(token -> !token.equals(family.bos()) && !token.equals(family.eos()))
                .filter(token -> !token.equals("<|eom_id|>") && !template.contains(token))
                .toList();
        assertEquals(List.of(), unknown);
        assertEquals(
                List.of(),
                family.words().stream().filter(word -> !template.contains(word)).toList());
    }

    @ParameterizedTest
    @MethodSource("families")
    void a_model_says_what_it_is(TinyFamily family, @TempDir Path folder) throws IOException {
        assumeTrue(Files.isRegularFile(family.templateFile(TESTKIT)), "no templates of llama.cpp in the test kit");
        Path file = folder.resolve("tiny.gguf");
        family.model(TESTKIT).write(file);
        ModelFacts facts = ModelFacts.read(file);
        assertEquals(family.architecture(), facts.architecture());
        assertEquals(TinyFamily.CONTEXT_TOKENS, facts.contextTokens());
        assertTrue(facts.chatTemplate());
    }
}
