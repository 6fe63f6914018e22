package koine.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Python's own Jinja in {@code .build/testkit/python}, to compare chat templates with, and OpenAI's client, to ask the
 * engine with. Not vital: where they cannot be had, the tests that use them report themselves unrun.
 */
final class PythonKit {
    private final Checkout checkout;
    private final String requirements;

    PythonKit(Checkout checkout) throws IOException {
        this.checkout = checkout;
        this.requirements = Pins.ofSetup(checkout.root()).get("python.requirements");
    }

    void makeIfPossible() throws IOException, InterruptedException {
        Path folder = checkout.testkit().resolve("python");
        Path stamp = checkout.stamp("python");
        if (Files.isDirectory(folder)
                && Files.isRegularFile(stamp)
                && Files.readString(stamp).equals(requirements)) {
            return;
        }
        try {
            Path scratch = Trees.empty(checkout.scratch("python"));
            List<String> specs =
                    Pattern.compile("\\s+").splitAsStream(requirements).toList();
            Path unpacked = scratch.resolve("unpacked");
            for (Path wheel : new Download(checkout).pip("Python packages (for tests)", specs, 6_200_000, scratch)) {
                Unpack.zip(wheel, unpacked, name -> true);
            }
            Trees.replace(unpacked, folder);
            Trees.write(stamp, requirements);
            Trees.delete(scratch);
        } catch (Trouble trouble) {
            System.err.println(trouble.getMessage() + " The tests go on without it.");
        }
    }
}
