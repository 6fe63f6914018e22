package koine.engine.template;

/** Something a template can call. */
interface Callable {
    Object call(Rendering rendering, CallArguments arguments);
}
