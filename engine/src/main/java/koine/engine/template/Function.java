package koine.engine.template;

/** A function or a bound method. */
final class Function implements Callable {
    private final String name;
    private final Callable body;

    Function(String name, Callable body) {
        this.name = name;
        this.body = body;
    }

    String name() {
        return name;
    }

    @Override
    public Object call(Rendering rendering, CallArguments arguments) {
        return body.call(rendering, arguments);
    }
}
