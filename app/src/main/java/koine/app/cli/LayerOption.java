package koine.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import koine.app.conversations.Layer;
import koine.i18n.Problem;
import koine.models.UserPath;
import org.jspecify.annotations.Nullable;

/** Layers as a person types them: {@code NAME_OR_PATH} or {@code NAME_OR_PATH=SCALE}. */
final class LayerOption {
    static final String NAME = "--layer";

    /** Instead of a layer: the model alone. */
    static final String NONE = "none";

    private static final Pattern NUMBER = Pattern.compile("\\d{1,3}(\\.\\d{1,6})?");

    private LayerOption() {}

    /**
     * @param option as it is told when a value is wrong
     * @return null when nothing was typed: then the conversation's own layers hold
     * @throws Problem {@code KOINE-A104} the scale of one is no number that it can have
     */
    static @Nullable List<Layer> parse(String option, List<String> typed) throws Problem {
        if (typed.isEmpty()) {
            return null;
        }
        List<Layer> layers = new ArrayList<>();
        if (!typed.equals(List.of(NONE))) {
            for (String one : typed) {
                layers.add(layer(option, one));
            }
        }
        return List.copyOf(layers);
    }

    private static Layer layer(String option, String typed) throws Problem {
        int equals = typed.lastIndexOf('=');
        String after = typed.substring(equals + 1);
        if (equals < 0 || UserPath.isMeantBy(after)) { // a path may have that sign in it
            return new Layer(typed.strip(), 1);
        }
        if (!NUMBER.matcher(after).matches()) {
            throw OptionValues.bad(option, after);
        }
        double scale = Double.parseDouble(after);
        OptionValues.check(option, scale);
        return new Layer(typed.substring(0, equals).strip(), scale);
    }
}
