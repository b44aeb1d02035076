package apus;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a class file refers to.
 *
 * @param name of the class
 * @param uses names of all classes that its constant pool mentions, in code, descriptors,
 *     signatures and annotations
 * @param floatMethods methods whose code handles a float or double
 */
record ClassUse(String name, Set<String> uses, Set<String> floatMethods) {
    private static final Pattern DESCRIPTOR = Pattern.compile("L((?:\\w+/)+[\\w$]+)[;<]");

    static ClassUse of(byte[] classFile) {
        ClassModel model = ClassFile.of().parse(classFile);
        Set<String> uses = new TreeSet<>();
        for (PoolEntry entry : model.constantPool()) {
            switch (entry) {
                case ClassEntry type -> {
                    String internal = type.asInternalName();
                    if (internal.startsWith("[")) {
                        descriptors(internal, uses);
                    } else {
                        uses.add(internal.replace('/', '.'));
                    }
                }
                case Utf8Entry text -> descriptors(text.stringValue(), uses);
                default -> {}
            }
        }
        String name = model.thisClass().asInternalName().replace('/', '.');
        Set<String> floats = new TreeSet<>();
        for (MethodModel method : model.methods()) {
            if (method.code().isPresent()) {
                for (CodeElement element : method.code().get()) {
                    if (element instanceof Instruction i && handlesFloat(i)) {
                        floats.add(method.methodName().stringValue());
                    }
                }
            }
        }
        return new ClassUse(name, uses, floats);
    }

    private static void descriptors(String text, Set<String> uses) {
        Matcher matcher = DESCRIPTOR.matcher(text);
        while (matcher.find()) {
            uses.add(matcher.group(1).replace('/', '.'));
        }
    }

    private static boolean handlesFloat(Instruction instruction) {
        return switch (instruction) {
            case LoadInstruction i -> isFloat(i.typeKind());
            case StoreInstruction i -> isFloat(i.typeKind());
            case ArrayLoadInstruction i -> isFloat(i.typeKind());
            case ArrayStoreInstruction i -> isFloat(i.typeKind());
            case OperatorInstruction i -> isFloat(i.typeKind());
            case ConvertInstruction i -> isFloat(i.fromType()) || isFloat(i.toType());
            case ConstantInstruction i -> isFloat(i.typeKind());
            case ReturnInstruction i -> isFloat(i.typeKind());
            default -> false;
        };
    }

    private static boolean isFloat(TypeKind kind) {
        return kind == TypeKind.FLOAT || kind == TypeKind.DOUBLE;
    }
}
