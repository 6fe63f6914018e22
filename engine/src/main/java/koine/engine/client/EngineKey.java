package koine.engine.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import koine.engine.files.FileState;
import koine.engine.files.PrivateFiles;
import koine.engine.files.Sha256;
import koine.engine.llama.Offload;
import koine.engine.memory.DeviceFit;
import koine.engine.memory.MemoryNeed;
import koine.engine.memory.ModelShape;
import koine.engine.packs.BuiltInEngine;
import koine.engine.process.EngineOptions;
import koine.engine.session.GeneratorOptions;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/**
 * A specification made comparable: links followed, a file that was replaced since is another model, and the engine's own
 * choice of a context is the same as that number.
 *
 * @param options with the context in numbers, where the file says enough
 * @param chosen whether somebody named the context
 * @param need null when the file's header cannot be read; the engine will say why
 * @param deviceBytes what it will take of a device with memory of its own
 * @param hash names the engine's files
 */
record EngineKey(
        Path model,
        Path pack,
        EngineOptions options,
        boolean chosen,
        @Nullable MemoryNeed need,
        long deviceBytes,
        String hash) {
    /** Engines of another generation of this program are not understood and not shared. */
    private static final int PROTOCOL = 2;

    /** @throws Problem KOINE-E106 no such model file, KOINE-E101 no such pack */
    static EngineKey of(EngineSpec spec) throws Problem {
        Path model;
        String file;
        try {
            model = spec.model().toRealPath();
            if (!Files.isRegularFile(model) || !Files.isReadable(model)) {
                throw new Problem("KOINE-E106", Map.of("file", name(spec.model())));
            }
            file = FileState.of(model);
        } catch (IOException e) {
            throw new Problem("KOINE-E106", Map.of("file", name(spec.model())), e);
        }
        Path pack;
        try {
            if (BuiltInEngine.isIn(spec.pack())) {
                PrivateFiles.createFolders(spec.pack()); // nobody has installed it
            }
            pack = spec.pack().toRealPath();
        } catch (IOException e) {
            throw new Problem("KOINE-E101", Map.of(), e);
        }
        ModelShape shape = shape(model);
        EngineOptions options = shape == null ? spec.options() : inNumbers(spec.options(), shape.trainedContext());
        String all = String.join(
                "\0",
                Integer.toString(PROTOCOL),
                file,
                pack.toString(),
                Integer.toString(options.contextTokens()),
                Integer.toString(options.threads()),
                options.kvType(),
                Integer.toString(options.slots()),
                String.valueOf(options.offload()),
                String.valueOf(options.speedup())); // what was measured makes no other engine of it
        MemoryNeed need = shape == null
                ? null
                : new MemoryNeed(shape).beside(deviceBytes(spec.options().offload()));
        return new EngineKey(
                model,
                pack,
                options,
                spec.options().contextTokens() > 0,
                need,
                ofDevice(options, shape),
                Sha256.of(all, 16));
    }

    /** What a device with memory of its own will take; as much of it as of the model is the device's word. */
    private static long deviceBytes(@Nullable Offload offload) {
        if (offload == null) {
            return 0;
        }
        return switch (offload.layers()) {
            case Offload.FITTING -> offload.roomBytes() - DeviceFit.RESERVE;
            case Offload.HALF -> (offload.roomBytes() - DeviceFit.RESERVE) / 2;
            default -> 0;
        };
    }

    private static long ofDevice(EngineOptions options, @Nullable ModelShape shape) {
        Offload offload = options.offload();
        if (offload == null || shape == null) {
            return 0;
        }
        DeviceFit fit =
                new DeviceFit(new MemoryNeed(shape), options.contextTokens(), options.kvType(), options.slots());
        return Math.min(fit.bytes(fit.all()), Math.max(0, deviceBytes(offload)));
    }

    private static @Nullable ModelShape shape(Path model) {
        try {
            return ModelShape.read(model);
        } catch (IOException e) {
            return null; // what is wrong with it is found out by the engine, in the same way for all
        }
    }

    /** As the engine will have it. */
    private static EngineOptions inNumbers(EngineOptions options, int trained) {
        int wanted = options.contextTokens() == 0 ? EngineOptions.USUAL_CONTEXT : options.contextTokens();
        int slots = options.slots() == 0 ? GeneratorOptions.USUAL_SLOTS : options.slots();
        return options.withContext(trained == 0 ? wanted : Math.min(wanted, trained))
                .withSlots(slots);
    }

    String modelName() {
        return name(model);
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
