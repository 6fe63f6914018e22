package koine.engine.llama;

import static koine.engine.llama.ModelLoadException.Reason.DEVICE;
import static koine.engine.llama.ModelLoadException.Reason.PACK;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import koine.engine.llama.ffm.DeviceLibrary;
import koine.engine.llama.ffm.LlamaLibrary;
import koine.engine.llama.ffm.PackException;
import koine.engine.llama.ffm.PackLoader;

/** Finds out what a pack can compute with here. Drivers may crash or hang in it: only for a process of its own. */
public final class Devices {
    private Devices() {}

    /** @throws ModelLoadException when the pack that is loaded has no device of that name */
    static long address(LlamaLibrary library, String name) throws ModelLoadException {
        try {
            DeviceLibrary devices = library.devices();
            for (int i = 0; i < devices.count(); i++) {
                long address = devices.get(i);
                if (address != 0 && devices.name(address).equals(name)) {
                    return address;
                }
            }
        } catch (PackException e) {
            throw new ModelLoadException(PACK, String.valueOf(e.getMessage()), e);
        }
        throw new ModelLoadException(DEVICE, "the pack has no device of that name");
    }

    /** Bytes that are free on a device of the pack that is loaded. @throws ModelLoadException when it has none of that name */
    public static long freeBytes(LlamaLibrary library, String name) throws ModelLoadException {
        try {
            return library.devices().memory(address(library, name)).free();
        } catch (PackException e) {
            throw new ModelLoadException(PACK, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Loads a pack and tries each of its devices.
     *
     * @param trying hears a device's name before it is tried, so that it is known which one the process died of
     * @throws PackException when the pack does not load
     */
    public static List<Device> of(Path pack, Consumer<String> trying) throws PackException {
        DeviceLibrary library = PackLoader.load(pack).devices();
        List<Device> devices = new ArrayList<>();
        for (int i = 0; i < library.count(); i++) {
            long address = library.get(i);
            if (address != 0) {
                trying.accept(library.name(address));
                devices.add(Device.of(library, address).withStart(library.starts(address)));
            }
        }
        return devices;
    }
}
