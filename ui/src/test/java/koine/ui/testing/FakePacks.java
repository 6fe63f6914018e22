package koine.ui.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import koine.engine.client.PackProbe;
import koine.engine.client.PackProbe.Outcome;
import koine.engine.hardware.Drivers;
import koine.engine.hardware.Placements;
import koine.engine.hardware.Wish;
import koine.engine.llama.Device;
import koine.engine.packs.Pack;
import koine.engine.packs.PackManifest;
import koine.engine.packs.PackStore;
import org.jspecify.annotations.Nullable;

/** Packs that are empty folders; how their try goes, the test says. */
public final class FakePacks {
    public static final String PROCESSOR = "linux-x64";
    public static final String VULKAN = "linux-x64-vulkan";
    public static final String CUDA = "linux-x64-cuda";

    private final Path home;
    private final Map<String, PackProbe.@Nullable Result> outcomes = new HashMap<>();

    /** Ids of the packs that were tried, in order. */
    public final List<String> tried = new ArrayList<>();

    /** Whether the processor has no AVX2. */
    public boolean old;

    /** What every try does first. */
    public Runnable before = () -> {};

    FakePacks(Path home) {
        this.home = home;
    }

    public static Device device(String description, Device.Kind kind) {
        return new Device("Device0", description, "Backend", kind, 8L << 30, 8L << 30, true);
    }

    public static PackProbe.Result usable(Device... devices) {
        return new PackProbe.Result(Outcome.USABLE, List.of(devices), null, null, 0);
    }

    /** @param device that was being tried when it crashed or hung; null when it was the load */
    public static PackProbe.Result ended(Outcome how, @Nullable String device) {
        return new PackProbe.Result(how, List.of(), device, null, 0);
    }

    /** @param outcome null when its process cannot be started */
    public FakePacks install(String id, PackProbe.@Nullable Result outcome) {
        Pack pack = PackManifest.builtIn().packs().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow();
        try {
            Files.createDirectories(folder().resolve(pack.folderName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        outcomes.put(pack.folderName(), outcome);
        return this;
    }

    PackStore store() {
        return new PackStore(
                PackManifest.builtIn(),
                "linux-x64",
                null,
                folder(),
                flag -> old && flag.equals("UseAVX") ? Optional.of("1") : Optional.empty());
    }

    Placements placements(Supplier<Wish> wish) {
        return new Placements(
                store(), this::probe, home.resolve("devices.json"), new Drivers(Map.of(), new Properties()), wish);
    }

    private PackProbe.Result probe(Path pack) throws IOException {
        before.run();
        String name = String.valueOf(pack.getFileName());
        tried.add(name.substring(0, name.lastIndexOf('-')));
        PackProbe.Result result = outcomes.get(name);
        if (result == null) {
            throw new IOException("no process");
        }
        return result;
    }

    private Path folder() {
        return home.resolve("packs");
    }
}
