import styles from './ModeBanner.module.css'

/** Says on every page that patients are not real. */
export const ModeBanner = ({ children }: { readonly children: string }) => (
  <p className={styles.banner} role="note">
    {children}
  </p>
)
