package koine.ui.shell;

import java.util.ArrayList;
import java.util.List;
import javafx.scene.layout.VBox;
import koine.i18n.Problem;
import koine.ui.language.Texts;
import koine.ui.theme.Style;

/** What a person should know about the profile and its conversations, one line each, until it is dismissed. */
final class Notices extends VBox {
    Notices(ShellModel shell) {
        Texts texts = shell.texts();
        getStyleClass().add(Style.NOTICES);
        for (Problem notice : shell.assistant().notices()) {
            getChildren()
                    .add(new NoticeLine(
                            texts.bind(() -> texts.get(notice)),
                            texts,
                            line -> getChildren().remove(line)));
        }
        List<NoticeLine> ofList = new ArrayList<>();
        shell.conversations().problem().subscribe(problem -> {
            getChildren().removeAll(ofList);
            ofList.clear();
            if (problem != null) {
                NoticeLine line = new NoticeLine(
                        texts.bind(() -> texts.get(problem)),
                        texts,
                        dismissed -> shell.conversations().dismissProblem());
                ofList.add(line);
                getChildren().add(line);
            }
        });
        getChildren().subscribe(this::visibleIfAny);
        visibleIfAny();
    }

    private void visibleIfAny() {
        setVisible(!getChildren().isEmpty());
        setManaged(!getChildren().isEmpty());
    }
}
