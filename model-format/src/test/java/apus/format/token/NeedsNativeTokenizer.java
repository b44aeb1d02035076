package apus.format.token;

import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/** Skips properties, saying why, where the native library cannot load. */
final class NeedsNativeTokenizer implements SkipExecutionHook {
    @Override
    public SkipResult shouldBeSkipped(LifecycleContext context) {
        return NativeTokenizer.unavailable().map(SkipResult::skip).orElse(SkipResult.doNotSkip());
    }
}
