package apus.kernels;

import apus.format.ApusException;

/** A backend or its device cannot do, or can no longer do, what was asked. */
public final class DeviceException extends ApusException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message);
    }

    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
