package koine.app;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import koine.engine.client.PackProbe;
import koine.engine.client.PackProbe.Outcome;
import koine.engine.hardware.Placements;
import koine.engine.llama.Device;
import koine.engine.packs.Pack;
import koine.i18n.Formats;

/**
 * How it went when a pack was tried, in the words that the command line and the window share.
 *
 * @param key of a text
 * @param arguments for it; a driver wrote some of them
 */
public record PackOutcome(String key, Map<String, Object> arguments) {
    public static PackOutcome of(Placements.Seen seen, Formats formats) {
        Pack pack = seen.pack().pack();
        PackProbe.Result result = seen.result();
        List<Device> devices = result == null ? List.of() : result.devices();
        String tried = result == null ? null : result.tried();
        return new PackOutcome(
                "packs.tried." + outcome(seen),
                Map.of(
                        "pack",
                        pack.id(),
                        "needs",
                        formats.list(pack.needs()),
                        "devices",
                        formats.list(devices.stream()
                                .filter(Device::starts)
                                .map(device -> device.description().strip())
                                .distinct()
                                .toList()),
                        "device",
                        tried == null ? "" : tried,
                        "when",
                        tried == null ? "load" : "device"));
    }

    private static String outcome(Placements.Seen seen) {
        PackProbe.Result result = seen.result();
        if (result == null) {
            return "untried";
        }
        boolean forGraphics = !seen.pack().pack().needs().isEmpty();
        return result.outcome() == Outcome.USABLE
                        && forGraphics
                        && seen.graphics().findAny().isEmpty()
                ? "without"
                : result.outcome().name().toLowerCase(Locale.ROOT);
    }
}
