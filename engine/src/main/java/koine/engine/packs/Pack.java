package koine.engine.packs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A native pack as this Koine knows it.
 *
 * @param id for example {@code linux-x64-vulkan}
 * @param platform the computers it is for, for example {@code linux-x64}
 * @param npmPackage where its archive comes from
 * @param version of the npm package
 * @param release of llama.cpp
 * @param bytes length of the archive
 * @param sha512 of the archive, in hexadecimal
 * @param filesSha256 of what its folder holds, see {@link PackFiles#hash}
 * @param libraries those Koine loads, in this order; every other library in the folder is a backend
 * @param needs libraries of a driver, or of its maker's runtime, that the computer must have
 * @param extendedPack the pack it is a further backend for; null for a pack by itself
 */
public record Pack(
        String id,
        String platform,
        Backend backend,
        String npmPackage,
        String version,
        String release,
        long bytes,
        String sha512,
        String filesSha256,
        List<String> libraries,
        List<String> needs,
        @Nullable String extendedPack) {

    /** What it computes with. Each pack can compute on the processor too. */
    public enum Backend {
        CPU,
        VULKAN,
        CUDA,
        METAL
    }

    public Pack {
        libraries = List.copyOf(libraries);
        needs = List.copyOf(needs);
    }

    /** Name of the folder it is installed in. */
    public String folderName() {
        return id + "-" + version;
    }

    /** Name npm gives the archive. */
    public String archiveName() {
        return npmPackage.substring(1).replace('/', '-') + "-" + version + ".tgz";
    }
}
