package koine.setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A native engine: llama.cpp's libraries, in a folder {@code ID-VERSION}. */
final class NativePack implements Part {
    private final Checkout checkout;
    private final Pins pins;
    private final String pack;
    private final Path packs;
    private final String stamp;

    /** The one for this platform, in {@code .build/bundle/packs/}. */
    NativePack(Checkout checkout) throws IOException, Trouble {
        this.checkout = checkout;
        this.pins = Pins.ofPacks(checkout.root());
        this.pack = pins.platform();
        this.packs = checkout.bundle().resolve("packs");
        this.stamp = "pack";
    }

    private NativePack(Checkout checkout, Pins pins, String pack) {
        this.checkout = checkout;
        this.pins = pins;
        this.pack = pack;
        this.packs = checkout.testkit().resolve("packs");
        this.stamp = "pack-" + pack;
    }

    /**
     * The others, which tests read whatever system they are for, in {@code .build/testkit/packs/}.
     *
     * @param all those for NVIDIA's cards too: 630 MB
     */
    static List<NativePack> forTests(Checkout checkout, boolean all) throws IOException, Trouble {
        Pins pins = Pins.ofPacks(checkout.root());
        String bundled = pins.platform();
        return pins.idsOf("package").stream()
                .filter(id -> !id.equals(bundled))
                .filter(id -> all || !pins.get(id + ".backend").equals("cuda"))
                .map(id -> new NativePack(checkout, pins, id))
                .toList();
    }

    String id() {
        return pack + "-" + pins.get(pack + ".version");
    }

    Path folder() {
        return packs.resolve(id());
    }

    private Stamp stamp() {
        return new Stamp(checkout.stamp(stamp));
    }

    private String key() {
        return pins.get(pack + ".filesSha256");
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
        Path scratch = Trees.empty(checkout.scratch(stamp));
        String what = "Native engine (llama.cpp " + pins.get(pack + ".release") + ", " + pack + ")";
        Path archive = new Download(checkout)
                .npm(
                        what,
                        pins.get(pack + ".package") + "@" + pins.get(pack + ".version"),
                        pins.bytes(pack + ".bytes"),
                        pins.get(pack + ".sha512"),
                        scratch);
        Path unpacked = scratch.resolve("unpacked");
        try {
            Unpack.tgz(archive, unpacked, NativePack::belongs);
        } catch (IOException e) {
            throw new Trouble(what + ": its archive was refused (" + e.getMessage() + ").");
        }
        Path fresh = Files.createDirectories(scratch.resolve("pack"));
        for (Path file : Trees.files(unpacked)) {
            Files.move(file, fresh.resolve(file.getFileName()));
        }
        if (!Trees.hash(fresh).equals(key())) {
            throw Download.wrong(what, "npm", "SHA-256");
        }
        Trees.replace(fresh, folder());
        stamp().write(key(), folder(), Trees.files(folder()));
        Trees.delete(scratch);
    }

    /** The libraries; not the binding for Node.js that the package has beside them. */
    private static boolean belongs(String name) {
        return name.matches("package/LICENSE|package/bins/.*\\.(so|dll|dylib)");
    }
}
