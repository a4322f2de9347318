import type { ButtonHTMLAttributes, Ref } from 'react'
import styles from './Button.module.css'

type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className' | 'style'> & {
  readonly look?: 'primary' | 'secondary' | 'quiet'
  readonly ref?: Ref<HTMLButtonElement>
}

/** The page's own button. `primary` at most once per view. */
export const Button = ({ look = 'secondary', type = 'button', ...rest }: Props) => (
  <button type={type} className={`${styles.button} ${styles[look] ?? ''}`} {...rest} />
)

/** A link that looks like a button, for steps that leave the page. */
export const ButtonLink = ({
  href,
  look = 'secondary',
  children,
}: {
  readonly href: string
  readonly look?: 'primary' | 'secondary' | 'quiet'
  readonly children: string
}) => (
  <a href={href} className={`${styles.button} ${styles[look] ?? ''}`}>
    {children}
  </a>
)
