package koine.setup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What only tests need: llama.cpp's headers and chat templates, in {@code .build/testkit/llama.cpp}. */
final class TestKit implements Part {
    private static final List<String> FOLDERS = List.of("include", "ggml/include", "models/templates");

    private final Checkout checkout;
    private final Pins pins;

    TestKit(Checkout checkout) throws IOException {
        this.checkout = checkout;
        this.pins = Pins.ofSetup(checkout.root());
    }

    private Path folder() {
        return checkout.testkit().resolve("llama.cpp");
    }

    private Stamp stamp() {
        return new Stamp(checkout.stamp("testkit"));
    }

    private String key() {
        return pins.get("testkit.filesSha256");
    }

    @Override
    public boolean ready() throws IOException {
        List<Path> files = Trees.files(folder());
        if (files.isEmpty()) {
            return false;
        }
        if (stamp().matches(key(), folder(), files)) {
            return true;
        }
        if (!Trees.hash(folder()).equals(key())) {
            return false;
        }
        stamp().write(key(), folder(), files);
        return true;
    }

    @Override
    public List<String> tools() {
        return List.of("npm", "git");
    }

    @Override
    public void make() throws IOException, InterruptedException, Trouble {
        Path scratch = Trees.empty(checkout.scratch("testkit"));
        String what = "llama.cpp's headers and chat templates (for tests)";
        Path clone = new LlamaSource(checkout, pins).fetch(what, scratch, FOLDERS.toArray(new String[0]));
        Path kit = scratch.resolve("kit");
        for (String folder : FOLDERS) {
            Trees.copyTree(clone.resolve(folder), kit.resolve(folder));
        }
        if (!Trees.hash(kit).equals(key())) {
            throw Download.wrong(what, "npm", "SHA-256");
        }
        Trees.replace(kit, folder());
        stamp().write(key(), folder(), Trees.files(folder()));
        Trees.delete(scratch);
    }
}
