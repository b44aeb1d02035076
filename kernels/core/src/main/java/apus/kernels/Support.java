package apus.kernels;

/** Whether a backend takes a model. The reason of a "no" is printed, never swallowed. */
public sealed interface Support {
    /**
     * @param rank the backend with the highest rank is chosen when the user has not named one
     */
    record Yes(int rank) implements Support {}

    /**
     * @param reason one sentence a user can act on
     */
    record No(String reason) implements Support {}
}
