package io.eventbroker;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * The classes of the broker once more, of which those that read a clock of the system read the {@link ShiftedClock}; and
 * the classes of the tests, as they are. Each loader has its own.
 */
final class ShiftedClasses extends ClassLoader {
    private static final String OWN = "io.eventbroker.";
    private static final String CLOCK = "io/eventbroker/ShiftedClock";

    ShiftedClasses() {
        super(ShiftedClasses.class.getClassLoader());
    }

    /** Has something done in here; its class needs a constructor without arguments. */
    @SuppressWarnings("unchecked")
    <A, R> R apply(Class<? extends Function<A, R>> task, A argument) throws Exception {
        Constructor<?> constructor = loadClass(task.getName()).getDeclaredConstructor();
        constructor.setAccessible(true);
        return ((Function<A, R>) constructor.newInstance()).apply(argument);
    }

    /** Calls a method of the clock in here. */
    Object clock(String method, Object... arguments) throws Exception {
        for (Method candidate : loadClass(ShiftedClock.class.getName()).getMethods()) {
            if (candidate.getName().equals(method)) {
                return candidate.invoke(null, arguments);
            }
        }
        throw new AssertionError(method);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OWN)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : load(name);
        }
    }

    private Class<?> load(String name) throws ClassNotFoundException {
        URL file = getResource(name.replace('.', '/') + ".class");
        if (file == null) {
            throw new ClassNotFoundException(name);
        }
        try (InputStream in = file.openStream()) {
            byte[] code = in.readAllBytes();
            boolean isBroker = !file.getPath().contains("/test-classes/");
            byte[] read = isBroker ? shifted(code) : code;
            return defineClass(name, read, 0, read.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private static byte[] shifted(byte[] code) {
        ClassReader reader = new ClassReader(code);
        ClassWriter writer = new ClassWriter(reader, 0);
        boolean isStepped = reader.getClassName().endsWith("$SteppedTime");
        reader.accept(
                new ClassVisitor(Opcodes.ASM9, writer) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String descriptor, String signature, String[] exceptions) {
                        return new Shift(
                                super.visitMethod(access, name, descriptor, signature, exceptions),
                                isStepped && name.equals("nanoTime"));
                    }
                },
                0);
        return writer.toByteArray();
    }

    /** Tells which methods a class calls, each with its owner. */
    static void calls(byte[] code, BiConsumer<String, String> to) {
        new ClassReader(code)
                .accept(
                        new ClassVisitor(Opcodes.ASM9) {
                            @Override
                            public MethodVisitor visitMethod(
                                    int access, String name, String descriptor, String signature, String[] exceptions) {
                                return new MethodVisitor(Opcodes.ASM9) {
                                    @Override
                                    public void visitMethodInsn(
                                            int opcode, String owner, String name, String descriptor, boolean isFace) {
                                        to.accept(owner, name);
                                    }

                                    @Override
                                    public void visitInvokeDynamicInsn(
                                            String name, String descriptor, Handle bootstrap, Object... arguments) {
                                        for (Object argument : arguments) {
                                            if (argument instanceof Handle method) { // a method reference
                                                to.accept(method.getOwner(), method.getName());
                                            }
                                        }
                                    }
                                };
                            }
                        },
                        0);
    }

    private static final class Shift extends MethodVisitor {
        private final boolean isSteppedClock;

        Shift(MethodVisitor next, boolean isSteppedClock) {
            super(Opcodes.ASM9, next);
            this.isSteppedClock = isSteppedClock;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isFace) {
            boolean isClock = (owner.equals("java/lang/System") && name.equals("nanoTime"))
                    || (owner.equals("java/time/Instant") && name.equals("now"));
            super.visitMethodInsn(opcode, isClock ? CLOCK : owner, name, descriptor, isFace);
        }

        @Override
        public void visitInsn(int opcode) {
            if (isSteppedClock && opcode == Opcodes.LRETURN) {
                super.visitMethodInsn(Opcodes.INVOKESTATIC, CLOCK, "stepped", "(J)J", false);
            }
            super.visitInsn(opcode);
        }
    }
}
