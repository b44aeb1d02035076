package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.UnsupportedModelException;
import apus.format.checkpoint.Checkpoint;
import apus.kernels.ExecutorProvider;
import apus.kernels.Support;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which backend a model gets, and what is said of the others. */
final class BackendsTest {
    private static final ExecutorProvider CPU = FakeProvider.cpu();
    private static Checkpoint model;

    private final FakeProvider fake = new FakeProvider();

    @BeforeAll
    static void open() {
        model = Checkpoint.open(Path.of(System.getProperty("apus.demoModel")));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private Backends both() {
        return new Backends(List.of(fake, CPU), List.of());
    }

    @Test
    void autoTakesTheHighestRank() {
        Backends.Choice choice = both().choose("auto", model);
        assertEquals("fake", choice.provider().name());
        assertEquals(List.of(), choice.refusals());
    }

    @Test
    void autoTakesTheCpuWhereAnotherRefusesAndKeepsItsReason() {
        fake.support = () -> new Support.No("there is no driver; install one");
        Backends.Choice choice = both().choose("auto", model);
        assertEquals("cpu", choice.provider().name());
        assertEquals(List.of("fake: there is no driver; install one"), choice.refusals());
    }

    @Test
    void backendThatCannotEvenBeAskedIsPassedOverWithItsReason() {
        List<Supplier<Support>> broken =
                List.of(
                        () -> {
                            throw new IllegalStateException("odd");
                        },
                        () -> {
                            throw new ExceptionInInitializerError(
                                    new IllegalArgumentException("no ICD"));
                        },
                        () -> {
                            throw new UnsatisfiedLinkError("libOpenCL.so");
                        });
        List<String> reasons = List.of("odd", "no ICD", "libOpenCL.so");
        for (int i = 0; i < broken.size(); i++) {
            fake.support = broken.get(i);
            Backends.Choice choice = both().choose("auto", model);
            assertEquals("cpu", choice.provider().name());
            String refusal = choice.refusals().getFirst();
            assertTrue(refusal.startsWith("fake: ") && refusal.contains(reasons.get(i)), refusal);
        }
    }

    @Test
    void backendAskedForByNameIsTakenWhateverItsRank() {
        fake.support = () -> new Support.Yes(1);
        assertEquals("fake", both().choose("fake", model).provider().name());
    }

    @Test
    void backendAskedForByNameThatRefusesIsAnErrorWithItsReason() {
        fake.support = () -> new Support.No("there is no driver");
        UnsupportedModelException e =
                assertThrows(UnsupportedModelException.class, () -> both().choose("fake", model));
        assertTrue(e.getMessage().contains("fake: there is no driver"), e.getMessage());
        assertTrue(e.getMessage().contains("asked for by name"), e.getMessage());
    }

    @Test
    void tornadoThatIsNotInTheBuildSaysWhatToInstallAndSet() {
        RequestException e =
                assertThrows(RequestException.class, () -> both().choose("tornado", model));
        assertEquals("backend", e.param());
        for (String part :
                List.of("known are auto, fake, cpu", "SDK for JDK 25", "TORNADOVM_HOME")) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
        RequestException other =
                assertThrows(RequestException.class, () -> both().choose("quantum", model));
        assertTrue(!other.getMessage().contains("TORNADOVM_HOME"), other.getMessage());
    }

    /** As a service loader that fails at some places and goes on. */
    private static Iterator<ExecutorProvider> loader(Object... found) {
        Iterator<Object> each = List.of(found).iterator();
        return new Iterator<>() {
            private ExecutorProvider next;

            @Override
            public boolean hasNext() {
                if (next != null) {
                    return true;
                }
                if (!each.hasNext()) {
                    return false;
                }
                Object step = each.next();
                if (step instanceof Error e) {
                    throw e;
                }
                next = (ExecutorProvider) step;
                return true;
            }

            @Override
            public ExecutorProvider next() {
                ExecutorProvider now = next;
                next = null;
                return now;
            }
        };
    }

    @Test
    void providerThatCannotBeLoadedDoesNotTakeTheOthersAlong() {
        Backends found =
                Backends.of(
                        loader(
                                new NoClassDefFoundError("uk/ac/Some"),
                                CPU,
                                new ServiceConfigurationError(
                                        "broken", new IllegalStateException("inside"))));
        assertEquals(List.of(CPU), found.providers());
        assertEquals(2, found.failures().size());
        assertTrue(found.failures().get(0).contains("uk/ac/Some"));
        assertTrue(found.failures().get(1).contains("inside"));

        Backends.Choice choice = found.choose("auto", model);
        assertEquals("cpu", choice.provider().name());
        assertEquals(found.failures(), choice.refusals());

        RequestException e =
                assertThrows(RequestException.class, () -> found.choose("tornado", model));
        assertTrue(e.getMessage().contains("uk/ac/Some"), e.getMessage());
    }

    @Test
    void serviceLoaderThatFailsForEverIsGivenUp() {
        Iterator<ExecutorProvider> endless =
                new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        throw new ServiceConfigurationError("again");
                    }

                    @Override
                    public ExecutorProvider next() {
                        throw new AssertionError();
                    }
                };
        Backends found = Backends.of(endless);
        assertEquals(List.of(), found.providers());
        assertThrows(UnsupportedModelException.class, () -> found.choose("auto", model));
    }

    @Test
    void modelThatNobodyTakesNamesAllReasons() {
        FakeProvider second = new FakeProvider();
        fake.support = () -> new Support.No("reason one");
        second.support = () -> new Support.No("reason two");
        Backends none = new Backends(List.of(fake, second), List.of());
        String message =
                assertThrows(UnsupportedModelException.class, () -> none.choose("auto", model))
                        .getMessage();
        for (String part : new ArrayList<>(List.of("reason one", "reason two"))) {
            assertTrue(message.contains(part), message);
        }
    }
}
