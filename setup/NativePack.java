package koine.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The native engine for this platform: llama.cpp's libraries, in {@code .build/bundle/packs/PLATFORM-VERSION/}. */
final class NativePack implements Part {
    private final Checkout checkout;
    private final Pins pins;
    private final String platform;

    NativePack(Checkout checkout) throws IOException, Trouble {
        this.checkout = checkout;
        this.pins = Pins.ofPacks(checkout.root());
        this.platform = pins.platform();
    }

    String id() {
        return platform + "-" + pins.get(platform + ".version");
    }

    Path folder() {
        return checkout.bundle().resolve("packs").resolve(id());
    }

    private Stamp stamp() {
        return new Stamp(checkout.stamp("pack"));
    }

    private String key() {
        return pins.get(platform + ".filesSha256");
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
            System.err.println("The native engine in .build is not the one Koine expects; it is fetched again.");
            return false;
        }
        stamp().write(key(), folder(), files);
        return true;
    }

    @Override
    public List<String> tools() {
        return List.of("npm");
    }

    @Override
    public void make() throws IOException, InterruptedException, Trouble {
        Path scratch = Trees.empty(checkout.scratch("pack"));
        String what = "Native engine (llama.cpp " + pins.get(platform + ".release") + ", " + platform + ")";
        Path archive = new Download(checkout)
                .npm(
                        what,
                        pins.get(platform + ".package") + "@" + pins.get(platform + ".version"),
                        pins.bytes(platform + ".bytes"),
                        pins.get(platform + ".sha512"),
                        scratch);
        Path unpacked = scratch.resolve("unpacked");
        try {
            Unpack.tgz(archive, unpacked, NativePack::belongs);
        } catch (IOException e) {
            throw new Trouble(what + ": its archive was refused (" + e.getMessage() + ").");
        }
        Path pack = Files.createDirectories(scratch.resolve("pack"));
        for (Path file : Trees.files(unpacked)) {
            Files.move(file, pack.resolve(file.getFileName()));
        }
        if (!Trees.hash(pack).equals(key())) {
            throw Download.wrong(what, "npm", "SHA-256");
        }
        Trees.replace(pack, folder());
        stamp().write(key(), folder(), Trees.files(folder()));
        Trees.delete(scratch);
    }

    /** The libraries; not the binding for Node.js that the package has beside them. */
    private static boolean belongs(String name) {
        return name.matches("package/LICENSE|package/bins/.*\\.(so|dll|dylib)");
    }
}
