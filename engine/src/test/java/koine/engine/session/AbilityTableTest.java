package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import koine.engine.jllama.JllamaGenerator;
import org.junit.jupiter.api.Test;

/** What each engine can do, as a table: printed here, and in the documents. */
class AbilityTableTest {
    private static final String HEAD = "| ability | native packs | java-llama.cpp | what it is |";

    private static List<String> table() {
        List<String> lines = new ArrayList<>(List.of(HEAD, "|---|---|---|---|"));
        for (Ability ability : Ability.values()) {
            lines.add("| `" + ability.id() + "` | " + mark(LlamaGenerator.ABILITIES.contains(ability)) + " | "
                    + mark(JllamaGenerator.ABILITIES.contains(ability)) + " | " + ability.words() + " |");
        }
        return lines;
    }

    private static String mark(boolean able) {
        return able ? "yes" : "–";
    }

    @Test
    void the_document_has_the_table_that_the_engines_declare() throws IOException {
        System.out.println(String.join("\n", table()));
        List<String> document = Files.readAllLines(Path.of("..", "docs", "engines.md"));
        int begin = document.indexOf(HEAD);
        assertTrue(begin >= 0, "no table in docs/engines.md");
        List<String> told = document.subList(begin, document.size()).stream()
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        assertEquals(table(), told);
    }
}
