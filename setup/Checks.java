package koine.setup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Runs every module's tests through Maven, then sums up what Surefire wrote about them. */
final class Checks {
    private static final String LONG = "-Dkoine.long=true";

    private final Checkout checkout;

    Checks(Checkout checkout) {
        this.checkout = checkout;
    }

    /** Whether the slow tests are asked for too, in either spelling. */
    static boolean isLong(List<String> arguments) {
        return arguments.contains("--long") || arguments.contains(LONG);
    }

    /** @return the exit code: 0 only when tests ran and none failed */
    int run(List<String> arguments) throws IOException, InterruptedException, Trouble {
        List<Path> reports = reportFolders();
        for (Path folder : reports) {
            Trees.delete(folder);
        }
        // --fail-at-end: one module's failure does not hide another's.
        Tool maven = new Tool(Tool.need("mvn"), checkout.root())
                .with("-B", "--no-transfer-progress", "--fail-at-end", "verify");
        for (String argument : arguments) {
            maven.with(argument.equals("--long") ? LONG : argument);
        }
        int code = maven.runAloud();

        Summary summary = new Summary();
        for (Path folder : reports) {
            for (Path report : Trees.files(folder)) {
                if (report.getFileName().toString().matches("TEST-.*\\.xml")) {
                    summary.add(report);
                }
            }
        }
        System.out.println();
        summary.unrun.forEach(System.out::println);
        if (summary.tests == 0) {
            System.out.println("No test ran.");
        } else if (code != 0 && summary.failures + summary.errors == 0) {
            System.out.println("Maven failed before all tests could run: see its output above.");
        }
        System.out.println("Tests run: " + summary.tests + ", Failures: " + summary.failures + ", Errors: "
                + summary.errors + ", Skipped: " + summary.skipped);
        return code != 0 ? code : summary.tests == 0 || summary.failures + summary.errors > 0 ? 1 : 0;
    }

    private List<Path> reportFolders() throws IOException {
        return Fingerprint.modules(checkout.root()).stream()
                .map(module -> checkout.root().resolve(module).resolve("target/surefire-reports"))
                .toList();
    }

    /** Counts over Surefire's XML reports. */
    static final class Summary {
        final List<String> unrun = new ArrayList<>();
        int tests;
        int failures;
        int errors;
        int skipped;

        void add(Path report) throws IOException {
            try (InputStream in = Files.newInputStream(report)) {
                XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
                factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
                XMLStreamReader xml = factory.createXMLStreamReader(in);
                String test = "";
                while (xml.hasNext()) {
                    if (xml.next() == XMLStreamConstants.START_ELEMENT) {
                        switch (xml.getLocalName()) {
                            // each case is counted: the suite's own numbers leave out nested classes
                            case "testcase" -> {
                                tests++;
                                test = xml.getAttributeValue(null, "classname") + " "
                                        + xml.getAttributeValue(null, "name");
                            }
                            case "failure" -> failures++;
                            case "error" -> errors++;
                            case "skipped" -> {
                                skipped++;
                                unrun.add("Not run: " + test + ": " + reason(xml));
                            }
                            default -> {
                                // nothing to count
                            }
                        }
                    }
                }
            } catch (XMLStreamException e) {
                throw new IOException("a test report cannot be read: " + report, e);
            }
        }

        /** Surefire writes an assumption's words as the element's text, with the exception's name before them. */
        private static String reason(XMLStreamReader xml) throws XMLStreamException {
            String message = xml.getAttributeValue(null, "message");
            if (message == null || message.isBlank()) {
                message = xml.getElementText().lines().findFirst().orElse("");
            }
            message = message.replaceFirst("^[\\w.$]*TestAbortedException: ", "")
                    .replaceFirst("^Assumption failed: ", "");
            return message.isBlank() ? "no reason given" : message.strip();
        }
    }
}
