package koine.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import koine.engine.grammar.Corpus.Case;
import org.junit.jupiter.api.Test;

/**
 * The guard refuses, or llama.cpp takes the grammar and lives: with its whole vocabulary, along random tokens. Other seeds from
 * {@code -Dkoine.seed=N} on, more of them with {@code -Dkoine.seeds=N}.
 */
class HostileGrammarTest {
    private static final Pattern NAME = Pattern.compile("(?<![\\\\\"a-z])[a-z][a-z0-9-]*(?! ::=)(?![a-z0-9-])");
    private static final int COUNT = Integer.getInteger("koine.seeds", Boolean.getBoolean("koine.long") ? 5_000 : 300);
    private static final long FIRST_SEED = Long.getLong("koine.seed", 1);
    private static final long PEAK_KILOBYTES = 1_500_000;

    @Test
    void mutatedGrammarsAreRefusedOrSurvived() throws Exception {
        List<String> seeds = new ArrayList<>(
                List.of(
                        JsonGrammar.any(),
                        "root ::= expr\nexpr ::= term ([-+*/] term)*\nterm ::= [0-9]+ | \"(\" expr \")\" | [a-z]+ \"(\" expr \")\"\n",
                        "root ::= (\"a\"? \"b\"{0,3} [^c-f]){2,5} x*\nx ::= \"y\" | \"z\" x \"w\"\n",
                        "root ::= a | b\na ::= \"x\" a \"y\" | c?\nb ::= .{1,9} \"!\"\nc ::= (d d | \"q\")+\nd ::= \"\" | [\\x41-\\u0042\\U00000043]\n",
                        "root ::= line{1,3}\nline ::= <[5]> | !<[6]> word # words\nword ::= [A-Za-z]+ (\" \" [A-Za-z]+)* \"\\n\"\n"));
        for (Case one : Corpus.cases()) {
            String grammar = JsonSchemaGrammar.of(one.schema());
            if (grammar.length() < 3000) {
                seeds.add(grammar);
            }
        }
        survives("mutated", number -> {
            Random random = new Random(number);
            String text = seeds.get(random.nextInt(seeds.size()));
            for (int i = random.nextInt(8) == 0 ? 5 : random.nextInt(2); i >= 0; i--) {
                text = mutated(text, random);
            }
            return text;
        });
    }

    @Test
    void randomGrammarsAreRefusedOrSurvived() throws Exception {
        survives("random", number -> random(new Random(number)));
    }

    private interface Source {
        String grammar(long seed);
    }

    private static void survives(String kind, Source source) throws IOException {
        List<String> dead = new ArrayList<>();
        int taken = 0;
        Probe probe = Probe.start(true);
        try {
            for (long seed = FIRST_SEED; seed < FIRST_SEED + COUNT; seed++) {
                String grammar = source.grammar(seed);
                try {
                    GbnfGuard.check(grammar);
                } catch (GrammarException _) {
                    continue;
                }
                taken++;
                try {
                    assertTrue(
                            probe.takes(grammar),
                            "llama.cpp refuses what the guard took, seed " + seed + ":\n" + grammar);
                    walk(probe, grammar, seed);
                    if (seed % 10 == 0) {
                        probe.tokens(seed, 4);
                    }
                } catch (IOException e) {
                    dead.add("seed " + seed + ": " + e.getMessage() + "\n" + grammar);
                    probe.close();
                    probe = Probe.start(true);
                }
            }
            assertTrue(probe.peakKilobytes() < PEAK_KILOBYTES, "it held " + probe.peakKilobytes() + " KB");
        } finally {
            probe.close();
        }
        System.out.println(kind + " grammars: " + COUNT + " from seed " + FIRST_SEED + ", taken: " + taken
                + ", died of: " + dead.size());
        assertEquals(List.of(), dead);
        assertTrue(taken > COUNT / 25, "only " + taken + " of " + COUNT + " were taken: the guard is not tried");
    }

    private static void walk(Probe probe, String grammar, long seed) throws IOException {
        try {
            probe.bytes(seed, 30);
        } catch (IOException e) {
            // where it wants one certain token, bytes lead nowhere
            if (!grammar.contains("<[") || !String.valueOf(e.getMessage()).startsWith("stuck")) {
                throw e;
            }
        }
    }

    private static String mutated(String text, Random random) {
        if (text.isEmpty()) {
            return "root ::= ";
        }
        int at = random.nextInt(text.length());
        int end = Math.min(text.length(), at + 1 + random.nextInt(12));
        String piece = text.substring(at, end);
        String[] words = {
            "*",
            "+",
            "?",
            "{2}",
            "{0,}",
            "{1,2000}",
            "{3,1}",
            "(",
            ")",
            " | ",
            "\"\"",
            "root ",
            "\n",
            " ::= ",
            "\"",
            "[",
            "]",
            "^",
            "-",
            "\\",
            "\\x00",
            "\\U0010FFFF",
            ".",
            "<[1]>",
            "!<[2]>",
            "\0",
            "#",
            "\ud800",
            "é",
            "ws ",
            "x "
        };
        return switch (random.nextInt(5)) {
            case 0 -> text.substring(0, at) + text.substring(end);
            case 1 -> {
                // one name for another, which changes what refers to what
                String[] names =
                        NAME.matcher(text).results().map(MatchResult::group).toArray(String[]::new);
                String name = names.length == 0 ? "x" : names[random.nextInt(names.length)];
                Matcher other = NAME.matcher(text);
                yield other.find(at) ? text.substring(0, other.start()) + name + text.substring(other.end()) : text;
            }
            case 2 -> {
                int to = random.nextInt(text.length());
                yield text.substring(0, to) + piece + text.substring(to);
            }
            case 3 -> text.substring(0, at) + words[random.nextInt(words.length)] + text.substring(end);
            default -> text.substring(0, at) + words[random.nextInt(words.length)] + text.substring(at);
        };
    }

    private static String random(Random random) {
        int rules = 1 + random.nextInt(6);
        StringBuilder text = new StringBuilder();
        for (int rule = 0; rule < rules; rule++) {
            text.append(rule == 0 ? "root" : "r" + rule).append(" ::= ");
            alternatives(text, random, rule, rules, 0);
            text.append('\n');
        }
        return text.toString();
    }

    private static void alternatives(StringBuilder text, Random random, int self, int rules, int depth) {
        for (int choice = random.nextInt(3); choice >= 0; choice--) {
            for (int item = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(3); item > 0; item--) {
                switch (random.nextInt(depth > 3 ? 6 : 8)) {
                    case 0, 1 ->
                        text.append('"').append("ab".charAt(random.nextInt(2))).append('"');
                    case 2 -> text.append("[a-c]");
                    case 3 -> text.append(random.nextBoolean() ? "[^b]" : ".");
                    case 4, 5 -> {
                        // mostly one further down, or hardly any would be without left recursion
                        int rule = random.nextInt(random.nextInt(4) == 0 ? 0 : Math.min(self + 1, rules - 1), rules);
                        text.append(rule == 0 ? "root" : "r" + rule);
                    }
                    default -> {
                        text.append('(');
                        alternatives(text, random, self, rules, depth + 1);
                        text.append(')');
                    }
                }
                String[] repeated = {"", "", "", "", "", "*", "+", "?", "{0,3}", "{2}"};
                text.append(repeated[random.nextInt(repeated.length)]).append(' ');
            }
            if (choice > 0) {
                text.append("| ");
            }
        }
    }
}
