package koine.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GbnfGuardTest {
    @Test
    void aGrammarThatIsFineComesBackAsItWas() throws GrammarException {
        String list = "# a list\r\nroot ::= item+ # more\nitem ::= \"- \" [^\\r\\n\\x0b]+ \"\\n\"\n";
        assertEquals(list, GbnfGuard.check(list));
        assertDoesNotThrow(() -> GbnfGuard.check("root ::= (\"a\" |\n \"b\"\n){2,3} .? <[7]> !<[8]>"));
        assertDoesNotThrow(
                () -> GbnfGuard.check(
                        "root ::= expr\nexpr ::= term ([-+*/] term)*\nterm ::= [0-9]+ | \"(\" expr \")\" | [a-z]+ \"(\" expr \")\""));
    }

    @Test
    void anythingInJsonPasses() throws GrammarException {
        assertEquals(JsonGrammar.any(), GbnfGuard.check(JsonGrammar.any()));
    }

    @Test
    void whatMayBeEmptyCanBeRepeatedWhereLlamaCppCopes() {
        assertDoesNotThrow(() -> GbnfGuard.check("root ::= (\"a\"? \"b\"?)* \"c\""));
        refused("root ::= \"a\"**", "left recursion");
    }

    @Test
    void anEndlessListIsTheUsersOwnChoice() {
        assertDoesNotThrow(() -> GbnfGuard.check("root ::= \"line\\n\" root"));
    }

    @Test
    void theMessageTellsLineAndReason() {
        GrammarException e = refused("root ::= a\na ::= \"x\" |\n  nowhere\n", "'nowhere' is used but not defined");
        assertEquals("line 3", e.where());
        refused("start ::= \"a\"", "'root'");
        refused("", "'root'");
        refused("root ::= \"a", "the text ends");
        refused("root ::= [b-a]", "backwards");
        refused("root ::= \"\\q\"", "unknown escape");
        refused("root ::= \"a\"{5,2}", "at least 5 and at most 2");
        refused("root ::= \"a\"{3000}", "greater than 2000");
        refused("root ::= \"a\"{0,99999999999999999999}", "greater than 2000");
        refused("root ::= \"\\U00110000\"", "U+10FFFF");
        refused("root ::= \"a\0b\"", "NUL");
        refused("root ::= *", "nothing stands before");
        refused("root ::= <think>", "by its number");
    }

    @Test
    void leftRecursionIsFoundWhereverItHides() {
        refused("root ::= root \"a\" | \"b\"", "left recursion");
        refused("root ::= a\na ::= b \"x\"\nb ::= c\nc ::= a \"y\" | \"z\"", "left recursion");
        refused("root ::= e root \"x\" | \"y\"\ne ::= f\nf ::= \"a\"?", "left recursion behind what may be empty");
    }

    @Test
    void aRuleThatComesToNoCharacterIsRefused() {
        refused("root ::= \"a\" x\nx ::= n x\nn ::= m\nm ::= \"\"", "no character and to no end");
    }

    @Test
    void whatDoublesWithEachCharacterIsRefused() {
        refused("root ::= s\ns ::= \"a\" s \"b\" | \"a\" s \"c\" | \"d\"", "too ambiguous");
        refused("root ::= \"prefix\" s\ns ::= \"x\" t \"b\" | \"x\" t \"c\"\nt ::= \"y\" s | \"z\"", "too ambiguous");
        String chain = IntStream.range(0, 40)
                .mapToObj(i -> "a" + i + " ::= \"a\" a" + (i + 1) + " \"b\" | \"a\" a" + (i + 1) + " \"c\"\n")
                .collect(Collectors.joining());
        refused("root ::= a0\n" + chain + "a40 ::= \"x\"", "too ambiguous");
    }

    @Test
    void waysThatDoubleBeforeAnyCharacterAreRefused() {
        String chain = IntStream.range(0, 60)
                .mapToObj(i -> "a" + i + " ::= a" + (i + 1) + " | a" + (i + 1) + "\n")
                .collect(Collectors.joining());
        refused("root ::= a0\n" + chain + "a60 ::= \"x\"", "ways in which rules begin");
    }

    @Test
    void sizeNestingAndRepetitionsAreBounded() {
        refused("root ::= " + "(".repeat(100_000), "nested deeper");
        refused("root ::= \"" + "a".repeat(600_000) + "\"", "longer than");
        refused("root ::= \"" + "a".repeat(1000) + "\"{1000}", "written out");
        refused("root ::= (((\"a\"?){0,100}){0,100}){0,100}", "repetitions of repetitions");
        refused(
                IntStream.range(0, 30_000)
                        .mapToObj(i -> "r" + i + " ::= \"x\"\n")
                        .collect(Collectors.joining()),
                "more than");
        String deep = IntStream.range(0, 5000)
                .mapToObj(i -> "a" + i + " ::= a" + (i + 1) + " \"x\"\n")
                .collect(Collectors.joining());
        refused("root ::= a0\n" + deep + "a5000 ::= \"x\"", "deeper than 1000");
    }

    private static GrammarException refused(String gbnf, String reason) {
        return assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            GrammarException e = assertThrows(GrammarException.class, () -> GbnfGuard.check(gbnf));
            assertTrue(String.valueOf(e.getMessage()).contains(reason), e.getMessage());
            return e;
        });
    }
}
