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

    /** What a driver tells that does not tell. */
    public static final long UNKNOWN = -1;

    /** @throws ModelLoadException when the pack that is loaded has no such device */
    static long address(LlamaLibrary library, Offload offload) throws ModelLoadException {
        try {
            return address(library.devices(), offload);
        } catch (PackException e) {
            throw new ModelLoadException(PACK, String.valueOf(e.getMessage()), e);
        }
    }

    private static long address(DeviceLibrary devices, Offload offload) throws ModelLoadException {
        for (int i = 0; i < devices.count(); i++) {
            long address = devices.get(i);
            if (address != 0
                    && devices.name(address).equals(offload.device())
                    && (offload.description().isEmpty()
                            || devices.description(address).equals(offload.description()))) {
                return address;
            }
        }
        throw new ModelLoadException(DEVICE, "the pack has no such device");
    }

    /**
     * Bytes that are free on a device of the pack that is loaded, or {@link #UNKNOWN}.
     *
     * @throws ModelLoadException when it has no such device
     */
    public static long freeBytes(LlamaLibrary library, Offload offload) throws ModelLoadException {
        try {
            DeviceLibrary devices = library.devices();
            DeviceLibrary.Memory memory = devices.memory(address(devices, offload));
            // a driver that subtracts what is used from less tells a number below 0, which C makes a huge one
            return memory.total() <= 0 ? UNKNOWN : Math.clamp(memory.free(), 0, memory.total());
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
