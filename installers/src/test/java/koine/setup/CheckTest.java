package koine.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import koine.setup.TrialCheckout.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./check}: its last lines and its exit code. */
class CheckTest {
    /** As Surefire reports a class with nested ones: the numbers of the suite leave those out, the cases are all there. */
    private static String report(int tests, String end) {
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuite name="koine.ATest" tests="0" errors="0" skipped="0" failures="0">
                  %s<testcase name="some_test" classname="koine.ATest">%s</testcase>
                </testsuite>
                """.formatted("<testcase name=\"nested\" classname=\"koine.ATest$B\"/>".repeat(tests - 1), end);
    }

    @TempDir
    Path folder;

    private TrialCheckout checkout;

    @BeforeEach
    void lay_out_a_checkout() throws IOException {
        assumeFalse(Tool.windows(), "the scripts are for a POSIX shell; their .cmd twins are not tested");
        checkout = new TrialCheckout(folder);
    }

    @Test
    void ends_with_the_tests_that_did_not_run_and_the_sum_over_all_modules() throws Exception {
        checkout.write("pom.xml", "<project><module>ui</module><module>app</module></project>");
        checkout.write("app/pom.xml", "<project/>");
        checkout.write("reports/one.xml", report(5, ""));
        checkout.write("reports/two.xml", report(3, "<skipped message=\"Assumption failed: needs g++\"/>"));
        checkout.maven(reporting("ui", "one") + reporting("app", "two"));

        Result result = checkout.check();

        assertEquals(0, result.code(), result.err());
        assertEquals(
                List.of(
                        "Not run: koine.ATest some_test: needs g++",
                        "Tests run: 8, Failures: 0, Errors: 0, Skipped: 1"),
                result.out().lines().toList().reversed().subList(0, 2).reversed());
    }

    @Test
    void fails_when_a_test_failed_even_if_Maven_did_not() throws Exception {
        checkout.write("reports/one.xml", report(2, "<failure/>"));
        checkout.maven(reporting("ui", "one"));

        Result result = checkout.check();

        assertEquals(1, result.code());
        assertEquals("Tests run: 2, Failures: 1, Errors: 0, Skipped: 0", lastLine(result));
    }

    @Test
    void fails_when_no_test_ran() throws Exception {
        Result result = checkout.check();

        assertEquals(1, result.code());
        assertEquals("Tests run: 0, Failures: 0, Errors: 0, Skipped: 0", lastLine(result));
    }

    @Test
    void fails_when_Maven_failed_though_no_test_did() throws Exception {
        checkout.write("reports/one.xml", report(2, ""));
        checkout.maven(reporting("ui", "one") + "exit 1");

        Result result = checkout.check();

        assertEquals(1, result.code());
        assertTrue(result.out().contains("Maven failed before all tests could run"), result.out());
    }

    @Test
    void counts_no_report_of_an_earlier_run() throws Exception {
        checkout.write("ui/target/surefire-reports/TEST-old.xml", report(100, ""));
        checkout.write("reports/one.xml", report(2, ""));
        checkout.maven(reporting("ui", "one"));

        assertEquals("Tests run: 2, Failures: 0, Errors: 0, Skipped: 0", lastLine(checkout.check()));
    }

    @Test
    void passes_arguments_on_to_Maven_and_turns_long_into_a_property() throws Exception {
        checkout.maven("echo \"ARGUMENTS $*\"");

        Result result = checkout.check("--long", "-pl", "gguf");

        assertTrue(result.out().contains("verify -Dkoine.long=true -pl gguf"), result.out());
    }

    @Test
    void fetches_and_joins_the_second_model_only_for_the_long_tests() throws Exception {
        Path model = checkout.root.resolve(".build/testkit/models/test.gguf");
        checkout.check();
        assertFalse(Files.exists(model));

        Result result = checkout.check("--long");

        assertEquals("two parts", Files.readString(model), result.err());
        int calls = checkout.calls("python3");
        checkout.check("-Dkoine.long=true");
        assertEquals(calls, checkout.calls("python3"), "fetched once");
    }

    @Test
    void runs_no_test_when_the_second_model_is_not_the_pinned_one() throws Exception {
        checkout.python("case $all in *half1*) touch \"$out/1.whl\" \"$out/2.whl\" ;;\n"
                + "*) cp \"$WORK/model.whl\" \"$out/model.whl\" ;; esac");

        Result result = checkout.check("--long");

        assertEquals(1, result.code());
        assertTrue(result.err().contains("its SHA-256 differs"), result.err());
        assertEquals(0, checkout.calls("mvn"));
    }

    private static String reporting(String module, String report) {
        return "mkdir -p " + module + "/target/surefire-reports && cp reports/" + report + ".xml " + module
                + "/target/surefire-reports/TEST-" + report + ".xml\n";
    }

    private static String lastLine(Result result) {
        return result.out().lines().toList().getLast();
    }
}
