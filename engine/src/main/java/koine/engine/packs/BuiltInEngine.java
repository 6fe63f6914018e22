package koine.engine.packs;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The older engine that comes with the program as a Java library, for computers on which no pack can be used. The folder it is
 * unpacked into stands for it wherever a pack's folder stands for that.
 */
public final class BuiltInEngine {
    /** With its version: another one is unpacked beside it. */
    static final String FOLDER = "jllama-4.2.0";

    private static final Set<String> PLATFORMS = Set.of("linux-x64", "linux-arm64", "mac-x64", "mac-arm64", "win-x64");

    /**
     * What its libraries for x64 use in their ordinary code, read off all three of them. F16C too, which the virtual machine
     * does not tell of; no processor has AVX2 without it.
     *
     * @param flag of the virtual machine
     * @param there what is said by its value
     */
    private record Needed(String feature, String flag, Predicate<String> there) {}

    private static final List<Needed> NEEDED_ON_X64 = List.of(
            new Needed("AVX2", "UseAVX", level -> level.compareTo("2") >= 0),
            new Needed("FMA", "UseFMA", Boolean::parseBoolean),
            new Needed("BMI2", "UseBMI2Instructions", Boolean::parseBoolean));

    private BuiltInEngine() {}

    /** Whether this is its folder, and no pack's. */
    public static boolean isIn(Path folder) {
        return folder.endsWith(FOLDER);
    }

    /** @param platform see {@link Platform} */
    static boolean isFor(String platform) {
        return PLATFORMS.contains(platform);
    }

    /**
     * What the processor lacks for it; there the engine process would end at the first instruction of that kind.
     *
     * @param flags of the virtual machine, as {@link #flag} reads them
     * @return in its makers' words; what is not known is not lacking
     */
    static List<String> lacking(String platform, Function<String, Optional<String>> flags) {
        Stream<Needed> needed = platform.endsWith("-x64") ? NEEDED_ON_X64.stream() : Stream.empty();
        return needed.filter(one ->
                        flags.apply(one.flag()).filter(one.there().negate()).isPresent())
                .map(Needed::feature)
                .toList();
    }

    /**
     * How a flag of this virtual machine is set. It looks at its processor, and at what the system lets programs use of that,
     * in the same way on each system.
     *
     * @return empty when it has no such flag
     */
    static Optional<String> flag(String name) {
        @Nullable HotSpotDiagnosticMXBean machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return machine == null
                    ? Optional.empty()
                    : Optional.of(machine.getVMOption(name).getValue());
        } catch (IllegalArgumentException noSuchFlag) {
            return Optional.empty();
        }
    }
}
