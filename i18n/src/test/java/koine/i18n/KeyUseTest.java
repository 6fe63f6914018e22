package koine.i18n;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import org.junit.jupiter.api.Test;

class KeyUseTest {
    private static final BundleFile ENGLISH = BundleFile.parse("en.properties", """
            chat.send = Send
            chat.sent = Sent to {name}
            chat.state.done = Done
            problem.KOINE-E101 = The engine {engine} stopped.
            """);

    @Test
    void a_text_that_does_not_exist_is_caught_however_the_call_is_formatted() throws IOException {
        KeyUse use = source("""
                String f() {
                    return texts // the window's
                            .text(
                                    "chat.sned");
                }
                """);
        Finding finding = only(use.check(ENGLISH));
        assertEquals("asks for chat.sned, which English does not have", finding.what());
        assertEquals("write it and paste into en.properties:\nchat.sned=…", finding.fix());
    }

    @Test
    void both_sides_of_a_choice_are_asked_for() throws IOException {
        KeyUse use = source("String f(boolean b) { return texts.text(b ? \"chat.send\" : \"chat.no\"); }");
        assertEquals(
                "asks for chat.no, which English does not have",
                only(use.check(ENGLISH)).what());
    }

    @Test
    void a_method_of_the_same_name_elsewhere_is_not_meant() throws IOException {
        KeyUse use = source("String f() { return model.text(\"general.name\") + text(\"x\"); }");
        assertEquals(List.of(), use.check(ENGLISH));
        assertEquals(
                1,
                source("String f() { return messages.text(\"general.name\"); }")
                        .check(ENGLISH)
                        .size());
    }

    @Test
    void a_forgotten_argument_is_caught() throws IOException {
        assertEquals(
                "gives chat.sent no [name]",
                only(source("String f() { return t.text(\"chat.sent\"); }").check(ENGLISH))
                        .what());
        assertEquals(
                "gives chat.sent no [name]",
                only(source("String f() { return t.text(\"chat.sent\", Map.of(\"nmae\", 1)); }")
                                .check(ENGLISH))
                        .what());
        assertEquals(
                List.of(),
                source("String f() { return t.text(\"chat.sent\", Map.of(\"name\", 1)) + t.text(\"chat.sent\", m); }")
                        .check(ENGLISH));
    }

    @Test
    void arguments_are_seen_in_a_binding_too() throws IOException {
        assertEquals(
                "gives chat.sent no [name]",
                only(source("void f() { texts.bind(\"chat.sent\", () -> Map.of(\"nmae\", n), n); }")
                                .check(ENGLISH))
                        .what());
        assertEquals(
                List.of(),
                source("void f() { texts.bind(\"chat.sent\", () -> Map.of(\"name\", n), n); }")
                        .check(ENGLISH));
    }

    @Test
    void a_key_handed_on_must_exist_in_the_modules_that_speak_to_people() throws IOException {
        String members = "void f() { heading(\"chat.heading\"); style(\"chat.css\"); property(\"koine.home\"); }";
        Finding finding = only(source("/repo/ui/src/main/java/A.java", members).check(ENGLISH));
        assertEquals("asks for chat.heading, which English does not have", finding.what());
        assertEquals(
                List.of(), source("/repo/engine/src/main/java/A.java", members).check(ENGLISH));
    }

    @Test
    void a_problem_needs_its_sentence_and_its_arguments() throws IOException {
        KeyUse use = source("""
                void f() { throw new Problem("KOINE-E101", Map.of()); }
                void g() { throw new EngineProblem("KOINE-E102", Map.of("size", 1), cause); }
                void h() { throw new Problem("KOINE-E101", Map.of("engine", "x")); }
                """);
        List<Finding> findings = use.check(ENGLISH);
        assertEquals(2, findings.size(), findings::toString);
        assertEquals("gives problem.KOINE-E101 no [engine]", findings.getFirst().what());
        assertEquals(
                "write it and paste into en.properties:\nproblem.KOINE-E102=… {size}",
                findings.getLast().fix());
    }

    @Test
    void a_text_that_nothing_asks_for_is_caught() throws IOException {
        KeyUse use = source("""
                static final String KEY = "chat.send"; // chat.sent
                static final String NOTHING = ""; // as most programs have
                String f(String state) { return texts.text("chat.state." + state); }
                Problem p() { return new Problem("KOINE-E101", Map.of("engine", "x")); }
                """);
        Finding finding = only(use.unused(ENGLISH));
        assertEquals("nothing asks for chat.sent", finding.what());
        assertEquals("delete it in every language:\nchat.sent = Sent to {name}", finding.fix());
    }

    @Test
    void a_sentence_for_a_problem_that_no_longer_exists_is_caught() throws IOException {
        KeyUse use = source("String f(Problem p) { return texts.text(\"problem.\" + p.code(), \"chat.\" + x); }");
        assertEquals(
                "nothing asks for problem.KOINE-E101", only(use.unused(ENGLISH)).what());
    }

    private static KeyUse source(String members) throws IOException {
        return source("/A.java", members);
    }

    private static KeyUse source(String path, String members) throws IOException {
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string://" + path), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return "class A {\n" + members + "\n}";
            }
        };
        return KeyUse.in(List.of(file));
    }

    private static Finding only(List<Finding> findings) {
        assertEquals(1, findings.size(), findings::toString);
        return findings.getFirst();
    }
}
