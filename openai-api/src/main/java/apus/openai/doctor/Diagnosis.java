package apus.openai.doctor;

import java.util.List;

/** All findings, in an order in which a person can read them. */
public record Diagnosis(List<Finding> findings) {
    public Diagnosis {
        findings = List.copyOf(findings);
    }

    /** Whether everything that is there works. */
    public boolean healthy() {
        return findings.stream().noneMatch(f -> f.status() == Finding.Status.PROBLEM);
    }
}
