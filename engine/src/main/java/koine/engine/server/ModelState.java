package koine.engine.server;

import koine.engine.session.Tokenizer;

/** Where the engine is with its model. */
sealed interface ModelState {
    /** @param progress 0 to 1 */
    record Loading(double progress) implements ModelState {}

    record Ready(PromptRenderer prompts, Tokenizer tokenizer) implements ModelState {}

    /** @param type stable, for programs; the message is for logs */
    record Failed(String type, String message) implements ModelState {}
}
