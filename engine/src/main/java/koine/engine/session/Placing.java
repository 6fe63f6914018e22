package koine.engine.session;

import java.io.IOException;
import koine.engine.llama.Devices;
import koine.engine.llama.ModelLoadException;
import koine.engine.llama.Offload;
import koine.engine.llama.ffm.LlamaLibrary;
import koine.engine.llama.ffm.LlamaLibrary.LoadedLayers;
import koine.engine.memory.DeviceFit;
import koine.engine.memory.MemoryNeed;
import koine.engine.memory.ModelShape;
import koine.engine.session.Generator.Offloaded;
import org.jspecify.annotations.Nullable;

/**
 * Where a model's layers go, decided by who is about to load it: only now is it known what a device has free.
 *
 * @param offload null for the processor alone
 * @param wanted what was asked for
 * @param needBytes device memory of all layers; 0 when the header does not tell
 */
record Placing(@Nullable Offload offload, @Nullable Offload wanted, long needBytes, long freeBytes) {
    /** @throws ModelLoadException when the pack has no such device */
    static Placing of(LlamaLibrary library, GeneratorOptions options) throws ModelLoadException {
        Offload wanted = options.offload();
        if (wanted == null) {
            return new Placing(null, null, 0, 0);
        }
        long free = Devices.freeBytes(library, wanted);
        DeviceFit fit = fit(options);
        long need = fit == null ? 0 : fit.wholeBytes();
        boolean counted = wanted.layers() == Offload.FITTING || wanted.layers() == Offload.HALF;
        if (!counted || fit == null) {
            return new Placing(wanted.layers() == Offload.HALF ? null : wanted, wanted, need, free);
        }
        int layers = free == Devices.UNKNOWN ? fit.all() : fit.layers(free);
        if (wanted.layers() == Offload.HALF) {
            layers /= 2;
        }
        return new Placing(layers == 0 ? null : wanted.withLayers(layers), wanted, need, free);
    }

    private static @Nullable DeviceFit fit(GeneratorOptions options) {
        try {
            ModelShape shape = ModelShape.read(options.model());
            int context = options.contextFor(shape.trainedContext());
            return new DeviceFit(
                    new MemoryNeed(shape), context, options.kvType().word(), options.slots());
        } catch (IOException e) {
            return null; // what is wrong with the file, the load will say
        }
    }

    @Nullable
    Offloaded told(LoadedLayers layers) {
        return wanted == null
                ? null
                : new Offloaded(wanted.device(), layers.offloaded(), layers.all(), needBytes, Math.max(0, freeBytes));
    }
}
