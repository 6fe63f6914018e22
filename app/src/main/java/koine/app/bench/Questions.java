package koine.app.bench;

import java.util.List;
import koine.i18n.Messages;
import koine.i18n.UiLanguage;
import koine.models.InstalledModel;

/** What models are asked when they are measured: each asks for a long answer. */
final class Questions {
    private Questions() {}

    /** In the language of the interface, or one that the model speaks, where that is known. */
    static List<String> of(InstalledModel model, UiLanguage language) {
        boolean spoken = model.languages().isEmpty() || model.languages().contains(language.tag());
        Messages messages = Messages.of(spoken ? language : UiLanguage.best(model.languages()));
        return List.of(
                messages.text("speed.question.1"),
                messages.text("speed.question.2"),
                messages.text("speed.question.3"));
    }
}
